// The TCP driver with credit: input in the amounts asked for, and output that waits for its reader.
#include <gmock/gmock.h>

#include <numeric>

#include "tests/ground/tcp_support.hpp"

namespace souk::ground::test {
namespace {

// Not scattered: that a session has sent feedback does not mean there that its connection has it.
SOUK_ON_VMS(TcpCredit, functional_vm, parallel_vm);

using tcp::channel;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

tcp::options with_credit(tcp::framing input = tcp::framing::bytes) {
  return local_tcp({.flow = tcp::flow::credit, .input = input});
}

/// A session that hears, and gives `them` the feedback that the test says; then it writes "told".
session controlled(journal& notes) {
  return [&notes](const tcp::socket& them, const tcp::socket& us) -> actions {
    return {publisher(topic<channel>(us, them, _)), hear(notes, them, us),
            subscriber(cons("more"_sym, _)).on_message([=, &notes](const term& m) {
              return actions{send_feedback(channel{them, us, m.tail()}),
                             yield([&notes] { notes.write("told"); })};
            })};
  };
}

/// Says it, and waits until the connection has been told.
void tell(market& m, const term& note) {
  const auto all = m.notes.all();
  const auto before = static_cast<std::size_t>(std::count(all.begin(), all.end(), "told"));
  m.send(cons("more"_sym, note));
  ASSERT_TRUE(m.notes.wait_for("told", before + 1));
}
void give(market& m, std::int64_t amount) { tell(m, tcp::credit{amount}); }
void choose(market& m, symbol mode) { tell(m, tcp::mode{mode}); }

/// What the session heard.
journal::lines heard(const market& m) {
  auto lines = m.notes.all();
  std::erase(lines, "told");
  return lines;
}

/// Echo with credit both ways: as much input as output has been taken.
actions careful_echo(const tcp::socket& them, const tcp::socket& us) {
  constexpr std::int64_t window = 64 * 1024;
  return {publisher(topic<channel>(us, them, _)).on_message([=](const tcp::credit_note& taken) {
            return tcp::give_credit(them, us, taken.packet.amount);
          }),
          subscriber(topic<channel>(them, us, _))
              .on_presence([=] { return tcp::give_credit(them, us, window); })
              .on_absence([] { return quit(); })
              .on_message([=](const tcp::segment& s) {
                return send_message(tcp::segment{us, them, s.packet});
              })};
}

TEST_P(TcpCredit, FiveMegabytesComeBackUnchanged) {
  const auto port = free_port();
  market m{tcp::driver(with_credit()), serve(port, careful_echo)};
  const client c = dial(port);
  const std::string sent = pattern(5 << 20);
  std::thread sender{[&] {
    c.send(sent);
    c.shutdown_write();
  }};
  const std::string got = c.receive_all();
  sender.join();
  EXPECT_TRUE(got == sent);
  m.stop();
  EXPECT_TRUE(m.log.all().empty());
}

TEST_P(TcpCredit, NoInputComesWithoutCreditAndNoMoreThanItsAmount) {
  const auto port = free_port();
  market m{tcp::driver(with_credit()), serve(port, controlled(m.notes))};
  const client c = dial(port);
  c.send("abcdefg");
  ASSERT_TRUE(m.notes.wait_for("+"));
  give(m, 3);
  ASSERT_TRUE(m.notes.wait_for("#\"abc\""));
  give(m, 0);
  give(m, 1);
  ASSERT_TRUE(m.notes.wait_for("#\"d\""));
  give(m, 1);
  ASSERT_TRUE(m.notes.wait_for("#\"e\""));
  EXPECT_THAT(heard(m), ElementsAre("+", "#\"abc\"", "#\"d\"", "#\"e\""));
}

TEST_P(TcpCredit, CreditForLinesIsCountedInLines) {
  const auto port = free_port();
  market m{tcp::driver(with_credit(tcp::framing::lines)), serve(port, controlled(m.notes))};
  const client c = dial(port);
  c.send("one\r\ntwo\nthree\nfour\n");
  ASSERT_TRUE(m.notes.wait_for("+"));
  give(m, 2);
  ASSERT_TRUE(m.notes.wait_for("#\"two\""));
  give(m, 1);
  ASSERT_TRUE(m.notes.wait_for("#\"three\""));
  EXPECT_THAT(heard(m), ElementsAre("+", "#\"one\"", "#\"two\"", "#\"three\""));
}

TEST_P(TcpCredit, ChoosingAModeResetsTheCredit) {
  const auto port = free_port();
  market m{tcp::driver(with_credit()), serve(port, controlled(m.notes))};
  const client c = dial(port);
  ASSERT_TRUE(m.notes.wait_for("+"));
  give(m, 1000);
  choose(m, "lines"_sym);
  c.send("one\ntwo\nthree\n");
  give(m, 1);
  ASSERT_TRUE(m.notes.wait_for("#\"one\""));
  choose(m, "bytes"_sym);
  give(m, 5);
  ASSERT_TRUE(m.notes.wait_for("#\"two\\nt\""));
  EXPECT_THAT(heard(m), ElementsAre("+", "#\"one\"", "#\"two\\nt\""));
}

// What was under way in the old mode when the new one was chosen comes, but is not charged to the
// credit given since: a line can always be had for a credit of one.
TEST_P(TcpCredit, CreditForTheNewModeIsNotSpentOnTheOld) {
  const auto port = free_port();
  market m{tcp::driver(with_credit()),
           serve(port, [&](const tcp::socket& them, const tcp::socket& us) -> actions {
             return {publisher(topic<channel>(us, them, _)), hear(m.notes, them, us),
                     subscriber("race"_sym).on_message([=] {
                       return actions{
                           tcp::choose_mode(them, us, "bytes"_sym), tcp::give_credit(them, us, 4),
                           tcp::choose_mode(them, us, "lines"_sym), tcp::give_credit(them, us, 1)};
                     })};
           })};
  const client c = dial(port);
  ASSERT_TRUE(m.notes.wait_for("+"));
  for (std::size_t i = 0; i < 300; ++i) {
    const std::size_t before = m.notes.all().size();
    c.send("abcdefgh\n");
    m.send("race"_sym);
    ASSERT_TRUE(m.notes.wait_for([&](const auto& lines) { return lines.size() > before; })) << i;
  }
}

TEST_P(TcpCredit, CreditAddsUpWithoutOverflow) {
  const auto port = free_port();
  market m{tcp::driver(with_credit()), serve(port, controlled(m.notes))};
  const client c = dial(port);
  ASSERT_TRUE(m.notes.wait_for("+"));
  give(m, std::numeric_limits<std::int64_t>::max());
  give(m, std::numeric_limits<std::int64_t>::max());
  c.send("x");
  EXPECT_TRUE(m.notes.wait_for("#\"x\""));
}

TEST_P(TcpCredit, TheEndIsToldAlsoToWhoGaveNoCredit) {
  const auto port = free_port();
  market m{tcp::driver(with_credit()), serve(port, controlled(m.notes))};
  const client c = dial(port);
  c.shutdown_write();
  ASSERT_TRUE(m.notes.wait_for("- #f"));
  EXPECT_THAT(heard(m), ElementsAre("+", "#s(eof)", "- #f"));
}

TEST_P(TcpCredit, AResetIsToldAlsoToWhoGaveNoCredit) {
  const auto port = free_port();
  market m{tcp::driver(with_credit()), serve(port, controlled(m.notes))};
  client c = dial(port);
  ASSERT_TRUE(m.notes.wait_for("+"));
  c.reset();
  EXPECT_TRUE(m.notes.wait_for("- connection-reset"));
}

TEST_P(TcpCredit, TheEndComesAfterTheLastByteEvenIfThatWaitsForCredit) {
  const auto port = free_port();
  market m{tcp::driver(with_credit()), serve(port, controlled(m.notes))};
  const client c = dial(port);
  c.send("abc");
  c.shutdown_write();
  ASSERT_TRUE(m.notes.wait_for("+"));
  give(m, 2);
  ASSERT_TRUE(m.notes.wait_for("#\"ab\""));
  give(m, 2);
  ASSERT_TRUE(m.notes.wait_for("- #f"));
  EXPECT_THAT(heard(m), ElementsAre("+", "#\"ab\"", "#\"c\"", "#s(eof)", "- #f"));
}

TEST_P(TcpCredit, EverythingSentComesBackAsCredit) {
  const auto port = free_port();
  std::atomic<std::int64_t> credited = 0;
  constexpr std::int64_t each = 100'000;
  market m{tcp::driver(with_credit()),
           serve(port, [&](const tcp::socket& them, const tcp::socket& us) -> actions {
             return {
                 publisher(topic<channel>(us, them, _))
                     .on_presence([=] {
                       actions many;
                       for (int i = 0; i < 20; ++i) {
                         many.append(send_message(tcp::segment{us, them, bytes{pattern(each)}}));
                       }
                       return many;
                     })
                     .on_message([&](const tcp::credit_note& n) { credited += n.packet.amount; }),
                 hear(m.notes, them, us)};
           })};
  const client c = dial(port);
  EXPECT_EQ(c.receive_exactly(20 * each).size(), 20U * each);
  EXPECT_TRUE(eventually([&] { return credited == 20 * each; })) << credited;
  m.stop();
  EXPECT_TRUE(m.log.all().empty());
}

// What is written and not taken stays within one piece, however long the peer does not read.
TEST_P(TcpCredit, ASlowPeerHoldsBackWhoWaitsForCredit) {
  constexpr std::size_t piece = 256 * 1024;
  constexpr int pieces = 64;
  const auto port = free_port();
  std::atomic<int> sent = 0;
  std::atomic<std::int64_t> credited = 0;
  market m{tcp::driver(with_credit()),
           serve(port, [&](const tcp::socket& them, const tcp::socket& us) -> actions {
             const auto next = [=, &sent, &credited]() -> actions {
               if (sent == pieces || credited < static_cast<std::int64_t>(piece) * sent) return {};
               ++sent;
               return send_message(tcp::segment{us, them, bytes{pattern(piece)}});
             };
             return {publisher(topic<channel>(us, them, _))
                         .on_presence([=] { return next(); })
                         .on_message([=, &credited](const tcp::credit_note& n) {
                           credited += n.packet.amount;
                           return next();
                         }),
                     hear(m.notes, them, us)};
           })};
  const client slow = dial(port, 4096);
  const client ping = dial(port);  // shows that the VM has had its turns
  ASSERT_TRUE(eventually([&] { return sent > 1; }));
  // The system's buffers take some megabytes at most; sixteen are to be sent.
  int seen = 0;
  while (seen != sent) {
    seen = sent;
    m.act([&, seen] {
      m.notes.write("turn " + std::to_string(seen));
      return actions{};
    });
    ASSERT_TRUE(m.notes.wait_for("turn " + std::to_string(seen)));
  }
  EXPECT_LT(sent, pieces);
  std::size_t got = 0;
  while (got < piece * pieces) {
    const auto some = slow.receive(1 << 20).size();
    ASSERT_GT(some, 0U);
    got += some;
  }
  EXPECT_EQ(sent, pieces);
}

TEST_P(TcpCredit, WrongFeedbackEndsItsConnectionWithASentence) {
  for (const term& wrong : {term{tcp::credit{-1}}, term{tcp::mode{"words"_sym}}, term{"more"}}) {
    const auto port = free_port();
    market m{tcp::driver(with_credit()), serve(port, controlled(m.notes))};
    const client c = dial(port);
    ASSERT_TRUE(m.notes.wait_for("+"));
    m.send(cons("more"_sym, wrong));
    ASSERT_TRUE(eventually([&] { return heard(m).size() == 2; }));
    EXPECT_THAT(heard(m)[1], HasSubstr("#s(tcp-credit N), N not negative"));
    EXPECT_THAT(heard(m)[1], HasSubstr(to_string(wrong)));
    EXPECT_TRUE(is_over(c));
  }
}

TEST_P(TcpCredit, AClientHasCreditToo) {
  const loop on;
  const auto server = listen_on(on);
  const tcp::socket us{tcp::handle{"me"_sym}};
  const tcp::socket them{tcp::address{"127.0.0.1", server->local().port}};
  market m{tcp::driver(with_credit()), spawn([&] { return controlled(m.notes)(them, us); })};
  const auto peer = await_connection(*server);
  peer->write("abcdef");
  ASSERT_TRUE(m.notes.wait_for("+"));
  give(m, 4);
  ASSERT_TRUE(m.notes.wait_for("#\"abcd\""));
  peer->close();
  give(m, 4);
  ASSERT_TRUE(m.notes.wait_for("- #f"));
  EXPECT_THAT(heard(m), ElementsAre("+", "#\"abcd\"", "#\"ef\"", "#s(eof)", "- #f"));
}

}  // namespace
}  // namespace souk::ground::test
