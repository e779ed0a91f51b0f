// Every clause of the endpoint language, with every kind of parameter that a handler may name.
#include "tests/vm/journal.hpp"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace souk {
namespace {

using namespace literals;
using namespace testing;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

struct says {
  symbol who;
  std::string what;
};
SOUK_RECORD(says, who, what);

struct counter {
  int value = 0;
};

const symbol anna = "anna"_sym;
const symbol bert = "bert"_sym;

// The first process is made of `parts`; then the bodies are sent to it, one after another.
template <class Parts>
void tell(const Parts& parts, const std::vector<term>& bodies) {
  vm v = run(parts);
  for (const term& body : bodies) send(v, body);
}

template <class F>
actions appears_and_goes(const F& observer) {
  return {observer, publisher(topic<says>(anna, _)).named("p"), delete_endpoint("p", "why"_sym)};
}

TEST(EndpointLanguage, APresenceHandlerTakesTopicTermOrRole) {
  notebook j;
  run(appears_and_goes(subscriber(topic<says>(_, _)).on_presence([&j](const topic<says>& t) {
    j.push_back(t.who.get()->name());
  })));
  run(appears_and_goes(subscriber(topic<says>(_, _)).on_presence([&j](const term& t) {
    j.push_back(to_string(t));
  })));
  run(appears_and_goes(subscriber(topic<says>(_, _)).on_presence([&j](const role& r) {
    j.push_back(describe(r));
  })));
  run(appears_and_goes(subscriber(topic<says>(_, _)).on_presence([&j](const event& e) {
    j.push_back(describe(e));
  })));
  run(appears_and_goes(
      subscriber(topic<says>(_, _)).on_presence([&j] { j.emplace_back("somebody"); })));
  EXPECT_THAT(j, ElementsAre("anna", "#s(says anna ?0)", "publisher #s(says anna ?0)",
                             "+publisher #s(says anna ?0)", "somebody"));
}

TEST(EndpointLanguage, AnAbsenceHandlerMayTakeTheReasonToo) {
  notebook j;
  run(appears_and_goes(
      subscriber(topic<says>(_, _)).on_absence([&j](const topic<says>& t, const reason& why) {
        j.push_back((*t.who).name() + " " + why.text());
      })));
  run(appears_and_goes(
      subscriber(_).on_absence([&j](const reason& why) { j.push_back(why.text()); })));
  run(appears_and_goes(
      subscriber(_).on_absence([&j](const reason& why, const role& r, const term& t) {
        j.push_back(why.text() + " " + std::string{to_string(r.orientation)} + " " + to_string(t));
      })));
  run(appears_and_goes(subscriber(_).on_absence([&j] { j.emplace_back("gone"); })));
  EXPECT_THAT(j, ElementsAre("anna why", "why", "why publisher #s(says anna ?0)", "gone"));
}

TEST(EndpointLanguage, EveryHandlerMayTakeTheStateLast) {
  notebook j;
  run([&j] {
    return transition(
        counter{},
        appears_and_goes(
            subscriber(topic<says>(_, _))
                .on_presence([](const topic<says>&, counter& c) { c.value += 1; })
                .on_absence([](const term&, const reason&, counter& c) { c.value += 10; })
                .on_message([](const says&, counter& c) { c.value += 100; })),
        subscriber("by value"_sym).on_message([](const term&, counter c) {
          return transition(counter{c.value + 1000});
        }),
        subscriber("only state"_sym).on_message([](counter& c) { c.value += 10000; }),
        send_message(says{anna, "hello"}), send_message("by value"_sym),
        send_message("only state"_sym),
        yield([&j](const counter& c) { j.push_back(std::to_string(c.value)); }));
  });
  EXPECT_THAT(j, ElementsAre("11111"));
}

TEST(EndpointLanguage, AMessageHandlerTakesARecordATermAnEventOrNothing) {
  notebook j;
  tell(actions{subscriber(_).on_message(
                   [&j](const says& s) { j.push_back(s.who.name() + ": " + s.what); }),
               subscriber(_).on_message([&j](const term& t) { j.push_back(to_string(t)); }),
               subscriber(_).on_message([&j](const event& e) { j.push_back(describe(e)); }),
               subscriber(_).on_message(
                   [&j](std::int64_t i) { j.push_back("integer " + std::to_string(i)); }),
               subscriber(_).on_message([&j](const std::string& s) { j.push_back("string " + s); }),
               subscriber(_).on_message([&j] { j.emplace_back("something"); })},
       {says{anna, "hello"}, 7, "text"});
  EXPECT_THAT(
      j, ElementsAre("anna: hello", "#s(says anna \"hello\")", "publisher #s(says anna \"hello\")",
                     "something", "7", "publisher 7", "integer 7", "something", "\"text\"",
                     "publisher \"text\"", "string text", "something"));
}

TEST(EndpointLanguage, ATypedHandlerIsPassedOverWhenTheBodyIsNotOne) {
  notebook j;
  tell(actions{subscriber(_)
                   .on_message([&j](const says& s) { j.push_back(s.what); })
                   .on_message([&j](const term& t) { j.push_back("other " + to_string(t)); })},
       {says{anna, "hello"}, make_record("says", anna, 12), make_record("says", anna),
        make_record("said", anna, "x"), topic<says>(anna, _)});
  ASSERT_EQ(j.size(), 5U);
  EXPECT_EQ(j[0], "hello");
  EXPECT_EQ(j[1], "other #s(says anna 12)");
  EXPECT_EQ(j[2], "other #s(says anna)");
  EXPECT_EQ(j[3], "other #s(said anna \"x\")");
  EXPECT_THAT(j[4], HasSubstr("other #s(says anna ?"));
}

TEST(EndpointLanguage, MessagePatternsAreTriedInOrder) {
  notebook j;
  const auto say = [&j](const std::string& text) {
    return [&j, text](const term&) { j.push_back(text); };
  };
  tell(actions{subscriber(_).on_message(list("a"_sym, _), say("a"), list(var("x"), var("x")),
                                        say("twice"), topic<says>(anna, _), say("anna"),
                                        say("else"))},
       {list("a"_sym, 1), list(2, 2), list(2, 3), says{anna, "x"}, says{bert, "x"}});
  EXPECT_THAT(j, ElementsAre("a", "twice", "else", "anna", "else"));
}

// A pattern matches, it does not unify: a wildcard of the body is no atom.
TEST(EndpointLanguage, AWildcardInABodyFitsOnlyAWildcard_TOP7) {
  notebook j;
  const auto say = [&j](const std::string& text) {
    return [&j, text](const term&) { j.push_back(text); };
  };
  tell(actions{subscriber(_).on_message(list("a"_sym, _), say("a"), list(_, 1), say("any"),
                                        say("else"))},
       {list(_, 1), list(_, 2), list(_, _)});
  EXPECT_THAT(j, ElementsAre("any", "else", "else"));
}

TEST(EndpointLanguage, WhenNoHandlerFitsNothingHappens) {
  notebook j;
  tell(actions{subscriber(_).on_message([&j](const says&) { j.emplace_back("never"); }),
               subscriber(_)},
       {1, "x", list(1)});
  EXPECT_THAT(j, IsEmpty());
}

TEST(EndpointLanguage, ClausesCanBeNarrowedByState) {
  notebook j;
  run([&j] {
    return transition(
        0,
        subscriber("m"_sym)
            .match_state(0)
            .on_message([&j](const term&) { return j.emplace_back("first"), transition(1); })
            .otherwise()
            .match_state([](const int& state) { return state > 1; })
            .on_message([&j](const term&) { j.emplace_back("big"); })
            .otherwise()
            .on_message([&j](const term&, const int& state) {
              return j.emplace_back("second"), transition(state + 1);
            }),
        send_message("m"_sym), send_message("m"_sym), send_message("m"_sym), send_message("m"_sym));
  });
  EXPECT_THAT(j, ElementsAre("first", "second", "big", "big"));
}

TEST(EndpointLanguage, ClausesCanBeNarrowedByRoleAndReason) {
  notebook j;
  const auto say = [&j](const std::string& text) { return [&j, text] { j.push_back(text); }; };
  run(observe_publishers_everything(list(_))
          .match_interest_type(interest_type::everything)
          .on_presence(say("an everything"))
          .otherwise()
          .match_orientation(orientation::subscriber)
          .on_presence(say("never: it sees publishers"))
          .otherwise()
          .match_conversation(list("a"_sym))
          .on_presence(say("a appears"))
          .match_reason("why"_sym)
          .on_absence(say("a goes, and why"))
          .otherwise()
          .match_reason(fault{"boom"})
          .on_absence(say("a crash"))
          .otherwise()
          .on_presence(say("another"))
          .on_absence(say("goes")),
      observe_subscribers_everything(list("a"_sym)).named(1), delete_endpoint(1),
      publisher(list("a"_sym)).named(2), delete_endpoint(2, "why"_sym),
      publisher(list("b"_sym)).named(3), delete_endpoint(3, "why"_sym),
      spawn(publisher(list("c"_sym)),
            yield([]() -> actions { throw std::runtime_error{"boom"}; })));
  EXPECT_THAT(j, ElementsAre("an everything", "goes", "a appears", "a goes, and why", "another",
                             "goes", "another", "a crash"));
}

TEST(EndpointLanguage, ANarrowingIsForAllHandlersAfterIt) {
  notebook j;
  tell(actions{subscriber(_)
                   .match_conversation(list(1, _))
                   .on_message(
                       list(_, 2), [&j](const term&) { j.emplace_back("one two"); },
                       [&j](const term&) { j.emplace_back("one"); })
                   .otherwise()
                   .on_message([&j](const term&) { j.emplace_back("none"); })},
       {list(1, 2), list(1, 3), list(2, 2)});
  EXPECT_THAT(j, ElementsAre("one two", "one", "none"));
}

TEST(EndpointLanguage, TheSixKindsOfEndpoints) {
  const auto role_of = [](const endpoint& e) { return describe(e.build().role); };
  EXPECT_EQ(role_of(publisher("t"_sym)), "publisher t");
  EXPECT_EQ(role_of(subscriber("t"_sym)), "subscriber t");
  EXPECT_EQ(role_of(observe_publishers("t"_sym)), "subscriber/observer t");
  EXPECT_EQ(role_of(observe_subscribers("t"_sym)), "publisher/observer t");
  EXPECT_EQ(role_of(observe_publishers_everything("t"_sym)), "subscriber/everything t");
  EXPECT_EQ(role_of(observe_subscribers_everything("t"_sym)), "publisher/everything t");
}

TEST(EndpointLanguage, IdsAreFreshUnlessNamed) {
  EXPECT_NE(publisher("t"_sym).id(), publisher("t"_sym).id());
  EXPECT_EQ(publisher("t"_sym).named("x"_sym).id(), term{"x"_sym});
  const endpoint once = publisher("t"_sym);
  EXPECT_EQ(once.build().id, once.build().id);
}

TEST(EndpointLanguage, AnEndpointCanDeleteItself) {
  notebook j;
  const symbol id = fresh_symbol("once");
  tell(actions{subscriber("m"_sym).named(id).on_message([&j, id](const term&) {
                 j.emplace_back("once");
                 return delete_endpoint(id);
               }),
               subscriber("stay"_sym)},
       {"m"_sym, "m"_sym});
  EXPECT_THAT(j, ElementsAre("once"));
}

TEST(EndpointLanguage, AHandlerOfAnotherStateCrashesWithASentence) {
  notebook j;
  run(noting(j, "s", subscriber("t"_sym)), spawn([] {
        return transition(std::string{"text"}, publisher("t"_sym), yield([](const int&) {}));
      }));
  ASSERT_EQ(j.size(), 2U);
  EXPECT_THAT(j[1], HasSubstr("the state of this process is a std::"));
  EXPECT_THAT(j[1], HasSubstr("takes or returns a int"));
  EXPECT_THAT(j[1], HasSubstr("let both name the type that the process starts with"));
}

TEST(EndpointLanguage, AFunctionWillDoAsAHandler) {
  static notebook j;
  j.clear();
  struct handlers {
    static void greet(const says& s) { j.push_back("hello " + s.who.name()); }
    static actions count(const term&, int& state) noexcept {
      ++state;
      return {};
    }
  };
  run([] {
    return transition(0, subscriber(_).on_message(&handlers::greet),
                      subscriber(_).on_message(handlers::count), send_message(says{anna, ""}),
                      yield([](int& state) { j.push_back(std::to_string(state)); }));
  });
  EXPECT_THAT(j, ElementsAre("hello anna", "1"));
}

}  // namespace
}  // namespace souk
