// Each law, on runs that are made up here: it holds for one that is right, and misses nothing that
// is wrong.
#include "stress/laws.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <initializer_list>

namespace souk::stress {
namespace {

using namespace literals;
using ::testing::HasSubstr;
using ::testing::Optional;

constexpr pid a{root_vm, 1};
constexpr pid b{root_vm, 2};
constexpr pid c{root_vm, 3};
constexpr std::uint32_t room = 0;

/// A run, as its processes would have told of it.
class Laws : public ::testing::Test {
 protected:
  Laws() {
    for (const pid who : {a, b, c}) {
      minutes_.on_start(who, term{});
      open(who, hears_room_);
    }
  }

  void open(pid who, const term& id) {
    const auto notes = files_.open_file(who);
    notes->is_from_the_beginning = true;
    notes->open.push_back(id);
    minutes_.on_endpoint_added(who, role_of(id, who));
  }
  /// It has said so much to the room.
  void has_said(pid who, std::int64_t count) {
    file& notes = *files_.all().at(index_of(who));
    notes.said.push_back({room, false, count});
    notes.said_at.resize(static_cast<std::size_t>(count), 0);
  }
  void hear(pid who, pid sender, std::int64_t number, const term& cause = false) {
    minutes_.on_event(who, hears_room_,
                      event::message(orientation::publisher,
                                     term{saying{room, false, sender, number, number, cause}}));
  }
  void hear_all(pid sender, std::int64_t number) {
    for (const pid who : {a, b, c}) hear(who, sender, number);
  }
  void end(pid who, const term& why) { minutes_.on_end(who, term{}, ending::quit, {why}); }
  [[nodiscard]] static role announcement(pid of) {
    return {orientation::publisher, interest_type::participant,
            topic<saying>(room, _, of, _, _, _)};
  }
  void see(pid who, const event& what) { minutes_.on_event(who, hears_room_, what); }
  [[nodiscard]] static role seen(pid of) {
    role r = announcement(of);
    r.topic = canonical(r.topic);
    return r;
  }

  [[nodiscard]] evidence all() const { return {trial_, minutes_, files_, true}; }

  trial trial_{};
  std::atomic<std::uint64_t> clock_{0};
  std::atomic<std::uint64_t> pulse_{0};
  minutes minutes_{clock_, pulse_};
  book files_{clock_};
  const term hears_room_ = list("hear"_sym, 0, room);

 private:
  [[nodiscard]] std::size_t index_of(pid who) const {
    const auto files = files_.all();
    for (std::size_t i = 0; i < files.size(); ++i) {
      if (files[i]->who == who) return i;
    }
    return files.size();
  }
};

class DeliveryLaw : public Laws {};

TEST_F(DeliveryLaw, HoldsWhereAllHearAll) {
  has_said(a, 2);
  hear_all(a, 1);
  hear_all(a, 2);
  EXPECT_EQ(check_delivery(all()), std::nullopt);
}

TEST_F(DeliveryLaw, MissesNoGap) {
  has_said(a, 3);
  for (const std::int64_t n : {1, 2, 3}) hear(a, a, n);
  for (const std::int64_t n : {1, 2, 3}) hear(b, a, n);
  hear(c, a, 1);
  hear(c, a, 3);
  EXPECT_THAT(check_delivery(all()), Optional(HasSubstr("heard number 3")));
}

TEST_F(DeliveryLaw, MissesNothingThatIsHeardTwice) {
  has_said(a, 1);
  hear_all(a, 1);
  hear(b, a, 1);
  EXPECT_THAT(check_delivery(all()), Optional(HasSubstr("after number 1")));
}

TEST_F(DeliveryLaw, MissesNothingThatIsHeardTooEarly) {
  has_said(a, 2);
  hear(b, a, 2);
  hear(b, a, 1);
  EXPECT_THAT(check_delivery(all()), Optional(HasSubstr("heard number 2")));
}

TEST_F(DeliveryLaw, MissesNoLastMessageThatIsLost) {
  has_said(a, 2);
  hear_all(a, 1);
  hear(a, a, 2);
  hear(b, a, 2);
  EXPECT_THAT(check_delivery(all()), Optional(HasSubstr("process 3, at its endpoint")));
}

TEST_F(DeliveryLaw, MissesNothingThatNobodyHears) {
  has_said(a, 1);
  EXPECT_THAT(check_delivery(all()), Optional(HasSubstr("and there were 1")));
}

TEST_F(DeliveryLaw, MissesNothingThatNobodySaid) {
  has_said(a, 1);
  hear_all(a, 1);
  hear_all(a, 2);
  EXPECT_THAT(check_delivery(all()), Optional(HasSubstr("where 1 were sent")));
}

TEST_F(DeliveryLaw, AccountsForWhatDoesNotComeByAnEnd) {
  has_said(a, 2);
  hear_all(a, 1);
  hear(a, a, 2);
  hear(b, a, 2);
  end(c, "left"_sym);
  EXPECT_EQ(check_delivery(all()), std::nullopt);
}

class OrderLaw : public Laws {};

TEST_F(OrderLaw, HoldsWhereTwoHearPartsOfOneOrder) {
  hear(a, a, 1);
  hear(a, c, 1);
  hear(b, b, 1);
  hear(b, c, 1);
  EXPECT_EQ(check_order(all()), std::nullopt);
}

TEST_F(OrderLaw, MissesNoTwoWhoDisagree) {
  hear(a, a, 1);
  hear(a, b, 1);
  hear(b, b, 1);
  hear(b, a, 1);
  EXPECT_THAT(check_order(all()), Optional(HasSubstr("no order of the messages")));
}

TEST_F(OrderLaw, MissesNoThreeOfWhomAnyTwoAgree) {
  hear(a, a, 1);
  hear(a, b, 1);
  hear(b, b, 1);
  hear(b, c, 1);
  hear(c, c, 1);
  hear(c, a, 1);
  EXPECT_THAT(check_order(all()), Optional(HasSubstr("no order of the messages")));
}

TEST_F(OrderLaw, MissesNoConsequenceBeforeItsCause) {
  hear(a, b, 1, term{said_by{c, 1}});
  hear(a, c, 1);
  EXPECT_THAT(check_order(all()), Optional(HasSubstr("no order of the messages")));
}

TEST_F(OrderLaw, MissesNoTwoOfOneSenderInTheWrongOrder) {
  hear(a, b, 2);
  hear(a, b, 1);
  EXPECT_THAT(check_order(all()), Optional(HasSubstr("no order of the messages")));
}

class PresenceLaw : public Laws {};

TEST_F(PresenceLaw, HoldsWhereThosePresentAreThere) {
  minutes_.on_endpoint_added(a, announcement(a));
  for (const pid who : {a, b, c}) see(who, event::presence(seen(a)));
  EXPECT_EQ(check_presence(all()), std::nullopt);
}

TEST_F(PresenceLaw, MissesNoAbsenceWithoutPresence) {
  see(b, event::absence(seen(a), {}));
  EXPECT_THAT(check_presence(all()), Optional(HasSubstr("an absence without a presence")));
}

TEST_F(PresenceLaw, MissesNoSecondAbsence) {
  see(b, event::presence(seen(a)));
  see(b, event::absence(seen(a), {}));
  see(b, event::absence(seen(a), {}));
  EXPECT_THAT(check_presence(all()), Optional(HasSubstr("an absence without a presence")));
}

TEST_F(PresenceLaw, MissesNobodyWhoIsThereUnseen) {
  minutes_.on_endpoint_added(a, announcement(a));
  see(a, event::presence(seen(a)));
  see(b, event::presence(seen(a)));
  EXPECT_THAT(check_presence(all()), Optional(HasSubstr("process 3, at its endpoint")));
}

TEST_F(PresenceLaw, MissesNobodyWhoIsSeenAndGone) {
  minutes_.on_endpoint_added(a, announcement(a));
  minutes_.on_endpoint_deleted(a, announcement(a));
  see(b, event::presence(seen(a)));
  EXPECT_THAT(check_presence(all()), Optional(HasSubstr("knows of 1")));
}

TEST_F(Laws, OfEndsMissesNoReasonThatNobodyGave) {
  end(a, "bored"_sym);
  EXPECT_THAT(check_ends(all()), Optional(HasSubstr("bored")));
}

TEST_F(Laws, OfEndsHoldsForThoseOfTheTrial) {
  trial_.cast.push_back({.script = {{step::kind::leave}}});
  end(a, "left"_sym);
  EXPECT_EQ(check_ends(all()), std::nullopt);
}

TEST_F(Laws, OfFairnessMissesNobodyWhoWaitsTooLong) {
  trial_.vm_seed = 1;
  has_said(a, 1);
  const std::uint64_t bound = most_between(true, 3, 1);
  clock_ = bound - 1;
  hear(b, a, 1);
  EXPECT_EQ(check_fairness(all()), std::nullopt);
  clock_ = bound;
  hear(c, a, 1);
  EXPECT_THAT(check_fairness(all()), Optional(HasSubstr("process 3 waited")));
}

}  // namespace
}  // namespace souk::stress
