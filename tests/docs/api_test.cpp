// The examples of docs/api.md: each test is one of them, and says what it does.
#include <gtest/gtest.h>

#include <souk/souk.hpp>
#include <souk/text.hpp>
#include <string>
#include <tuple>
#include <vector>

namespace {

using namespace souk;
using namespace souk::literals;

/// What the processes of a test have to say.
using journal = std::vector<std::string>;

/// Runs a VM whose first process is made of `parts` until nothing is left to do.
template <class... Parts>
void run(Parts&&... parts) {
  vm market{vm_options{}, std::forward<Parts>(parts)...};
  market.run_until_inert();
}

// --- terms and patterns

TEST(ApiGuide, TermsAreWrittenWithFunctionsOrRead) {
  const term order = list("order"_sym, 12, "figs", make_vector(1.5, true));
  EXPECT_EQ(order, read("(order 12 \"figs\" #(1.5 #t))"));
  EXPECT_EQ(to_string(make_record("says", "anna"_sym, "hello")), "#s(says anna \"hello\")");
  EXPECT_EQ(order.tail().head().as_integer(), 12);
  EXPECT_THROW((void)order.as_integer(), term_error);
}

TEST(ApiGuide, PatternsMeetInTheirIntersection) {
  const term mine = list("anna"_sym, _, _);
  const term yours = list(_, "says"_sym, _);
  EXPECT_EQ(to_string(*intersection(mine, yours)), "(anna says ?0)");
  EXPECT_FALSE(intersection(mine, list("bert"_sym, _, _)));

  const term twice = list(var("x"), var("x"));  // the same value in both places (TOP-5)
  EXPECT_TRUE(matches(list(1, 1), twice));
  EXPECT_FALSE(matches(list(1, 2), twice));
  EXPECT_TRUE(matches(list(1, 2), list(_, _)));  // each `_` is a wildcard of its own
}

TEST(ApiGuide, PatternsOfHandlersMatchOneWay) {
  EXPECT_TRUE(fits(list(1, 2), list(1, _)));
  EXPECT_FALSE(fits(list(1, _), list(1, 2)));
  EXPECT_TRUE(matches(list(1, _), list(1, 2)));
}

// --- records

struct says {
  symbol who;
  std::string what;
};
SOUK_RECORD(says, who, what);

struct order {
  int number;
  std::vector<std::string> goods;
};
SOUK_RECORD_AS(order, "purchase-order", number, goods);

TEST(ApiGuide, AStructIsARecord) {
  const term t = says{"anna"_sym, "hello"};
  EXPECT_EQ(to_string(t), "#s(says anna \"hello\")");
  EXPECT_EQ(t.as<says>()->what, "hello");
  EXPECT_FALSE(t.as<order>());
  EXPECT_EQ(to_string(order{7, {"figs", "dates"}}), "#s(purchase-order 7 (\"figs\" \"dates\"))");
}

TEST(ApiGuide, ATopicIsAStructWhoseFieldsMayBeWild) {
  topic<says> t{"anna"_sym, _};
  EXPECT_EQ(*t.who, "anna"_sym);
  EXPECT_FALSE(t.what);  // wild: there is no text to have
  EXPECT_THROW((void)*t.what, term_error);
  EXPECT_EQ(to_string(canonical(t)), "#s(says anna ?0)");
}

// --- endpoints

TEST(ApiGuide, AHandlerTakesWhatItNames) {
  journal heard;
  run(subscriber(topic<says>(_, _))
          .on_presence([&](const topic<says>& t) { heard.push_back("+" + t.who.get()->name()); })
          .on_absence([&](const topic<says>& t, const reason& why) {
            heard.push_back("-" + t.who.get()->name() + " " + why.text());
          })
          .on_message([&](const says& s) { heard.push_back(s.who.name() + " " + s.what); }),
      spawn(publisher(topic<says>("anna"_sym, _)), send_message(says{"anna"_sym, "hello"}),
            quit("bye"_sym)));
  EXPECT_EQ(heard, (journal{"+anna", "anna hello", "-anna bye"}));
}

TEST(ApiGuide, MessageHandlersAreTriedInOrder) {
  journal heard;
  run(subscriber(_).on_message([&](const says& s) { heard.push_back("said " + s.what); },
                               list("urgent"_sym, _),
                               [&](const term& t) { heard.push_back("urgent " + to_string(t)); },
                               [&](const term& t) { heard.push_back("other " + to_string(t)); }),
      send_message(says{"anna"_sym, "hello"}), send_message(list("urgent"_sym, 1)),
      send_message(12));
  EXPECT_EQ(heard, (journal{"said hello", "urgent (urgent 1)", "other 12"}));
}

TEST(ApiGuide, AnObserverSeesWithoutBeingSeen) {
  journal seen;
  run(spawn(publisher(topic<says>("anna"_sym, _)).on_presence([&](const term&) {
        seen.push_back("anna sees a subscriber");
      })),
      spawn(observe_publishers(topic<says>(_, _)).on_presence([&](const topic<says>& t) {
        seen.push_back("seen: " + t.who.get()->name());
      })));
  EXPECT_EQ(seen, (journal{"seen: anna"}));
}

TEST(ApiGuide, ClausesCanBeNarrowed) {
  journal heard;
  run(spawn([&] {
        return transition(
            "shut"_sym,
            subscriber(topic<says>(_, _))
                .match_state("shut"_sym)
                .on_message([&](const says& s, symbol) {
                  heard.push_back("first " + s.what);
                  return transition("open"_sym);
                })
                .otherwise()
                .on_message([&](const says& s) { heard.push_back("then " + s.what); })
                .match_reason("bye"_sym)
                .on_absence([&] { heard.push_back("a farewell"); })
                .otherwise()
                .on_absence([&](const reason& why) { heard.push_back("lost: " + why.text()); }));
      }),
      spawn(publisher(topic<says>("anna"_sym, _)), send_message(says{"anna"_sym, "one"}),
            send_message(says{"anna"_sym, "two"}), quit("bye"_sym)),
      spawn([] {
        return transition(stateless{}, publisher(topic<says>("bert"_sym, _)),
                          yield([]() -> actions { throw std::runtime_error{"out of figs"}; }));
      }));
  EXPECT_EQ(heard, (journal{"first one", "then two", "a farewell", "lost: out of figs"}));
}

TEST(ApiGuide, AnEndpointCanDeleteItself) {
  journal heard;
  const term once = fresh_symbol("once");
  run(subscriber(topic<says>(_, _)).named(once).on_message([&](const says& s) {
    heard.push_back(s.what);
    return delete_endpoint(once);
  }),
      spawn(send_message(says{"anna"_sym, "one"}), yield([] {
              return send_message(says{"anna"_sym, "two"});
            })));
  EXPECT_EQ(heard, (journal{"one"}));
}

TEST(ApiGuide, FeedbackGoesTheOtherWay) {
  journal heard;
  run(spawn(publisher(topic<says>("anna"_sym, _))
                .on_presence([] {
                  return send_message(says{"anna"_sym, "hello"});
                })
                .on_message([&](const says& answer) { heard.push_back("back: " + answer.what); })),
      spawn(subscriber(topic<says>(_, _)).on_message([](const says& s) {
        return send_feedback(says{s.who, s.what + " yourself"});
      })));
  EXPECT_EQ(heard, (journal{"back: hello yourself"}));
}

// --- state

TEST(ApiGuide, StateInPlaceAndFunctionally) {
  journal heard;
  const auto in_place = subscriber(topic<says>(_, _)).on_message([&](const says&, int& count) {
    heard.push_back("in place " + std::to_string(++count));
  });
  const auto functional = subscriber(topic<says>(_, _)).on_message([&](const says&, int count) {
    heard.push_back("functional " + std::to_string(count + 1));
    return transition(count + 1);
  });
  run(spawn(transition(0, in_place)), spawn(transition(10, functional)),
      spawn(send_message(says{"anna"_sym, "a"}), send_message(says{"anna"_sym, "b"})));
  EXPECT_EQ(heard, (journal{"in place 1", "functional 11", "in place 2", "functional 12"}));
}

TEST(ApiGuide, ATransitionCanBePutTogether) {
  const auto twice = [](int n) { return transition(2 * n, send_message(n)); };
  const auto t = sequence_actions(transition(1), twice, send_message("and"), twice);
  EXPECT_EQ(t.state, 4);
  EXPECT_EQ(t.actions.size(), 3U);
}

// --- processes

TEST(ApiGuide, AParentHearsThePidOfItsChild) {
  journal heard;
  run(spawn([&] {
    return transition(
        "idle"_sym,
        name_process("worker",
                     spawn(subscriber(topic<order>(_, _)).on_absence([&](const reason& why) {
                       heard.push_back(why.text());
                     })))
            .then([&](pid child, symbol) {
              heard.push_back("child " + std::to_string(child.number));
              return transition("busy"_sym, quit(child, "enough"_sym));
            }),
        publisher(topic<order>(_, _)));
  }));
  EXPECT_EQ(heard.front(), "child 2");
}

TEST(ApiGuide, AYieldContinuesWithTheStateOfItsMoment) {
  journal heard;
  run(spawn([&] {
    return transition(1, yield([&](int n) {
                        heard.push_back("now " + std::to_string(n));
                        return transition(n + 1, yield([&](int m) {
                                            heard.push_back("then " + std::to_string(m));
                                          }));
                      }));
  }));
  EXPECT_EQ(heard, (journal{"now 1", "then 2"}));
}

TEST(ApiGuide, TwoRelaysJoinAVmToItsContainer) {
  journal heard;
  run(spawn(subscriber(topic<says>("inner"_sym, _)).on_message([&](const says& s) {
        heard.push_back("outside " + s.what);
        return send_message(order{1, {s.what}});
      })),
      spawn_vm(
          // Down: what is said inside is said outside too.
          subscriber(topic<says>(_, _)).on_message([](const says& s) {
            return at_meta_level(send_message(s));
          }),
          // Up: orders outside come inside.
          at_meta_level(subscriber(topic<order>(_, _)).on_message([](const order& o) {
            return send_message(o);
          })),
          spawn(subscriber(topic<order>(_, _)).on_message([&](const order& o) {
            heard.push_back("inside order " + std::to_string(o.number));
          })),
          spawn(send_message(says{"inner"_sym, "figs"}))));
  EXPECT_EQ(heard, (journal{"outside figs", "inside order 1"}));
}

TEST(ApiGuide, ANestedVmMayKnowItsPid) {
  journal heard;
  run(spawn_vm([&](pid room) {
        return boot(at_meta_level(subscriber(list("close"_sym, room)).on_message([&](const term&) {
                      heard.push_back("closing");
                      return at_meta_level(quit());
                    })),
                    at_meta_level(publisher(list("room"_sym, room))));
      }),
      subscriber(list("room"_sym, _))
          .on_presence([](const term& topic) {
            return send_message(list("close"_sym, topic.tail().head()));
          })
          .on_absence([&] { heard.push_back("closed"); }));
  EXPECT_EQ(heard, (journal{"closing", "closed"}));
}

// --- the VM as an object

TEST(ApiGuide, AVmIsAnObjectOfTheProgram) {
  journal heard;
  vm market{vm_options{.seed = 1},
            subscriber(_).on_message([&](const term& t) { heard.push_back(to_string(t)); })};
  market.run_until_inert();
  market.inject(send_message(says{"anna"_sym, "hello"}));
  market.run_until_inert();
  EXPECT_EQ(heard, (journal{"#s(says anna \"hello\")"}));
}

TEST(ApiGuide, AVmCanBeDriven) {
  journal heard;
  vm market{
      vm_options{}, [&] {
        return actions{
            spawn(subscriber(_).on_message([&](const term& t) { heard.push_back(to_string(t)); })),
            spawn(send_message("one")), spawn(send_message("two"))};
      }};
  const auto step = [&](std::uint32_t number) {
    const std::uint32_t path[] = {number};
    return market.step(path);
  };
  EXPECT_TRUE(step(0));  // the first process: its children are there
  EXPECT_TRUE(step(1));  // the subscriber: its endpoint is there
  EXPECT_TRUE(step(3));
  EXPECT_TRUE(step(2));
  EXPECT_FALSE(step(2));
  EXPECT_EQ(heard, (journal{"\"two\"", "\"one\""}));
}

// --- errors

TEST(ApiGuide, AnErrorOfUseCrashesTheProcessAndSaysWhatToWrite) {
  journal heard;
  run(spawn(subscriber(topic<says>(_, _)).on_absence([&](const reason& why) {
        heard.push_back(why.is_crash() ? "crash" : "no crash");
        heard.push_back(why.text());
      })),
      spawn([] {
        return transition(1, publisher(topic<says>(_, _)), yield([](const std::string&) {}));
      }));
  ASSERT_EQ(heard.size(), 2U);
  EXPECT_EQ(heard[0], "crash");
  EXPECT_NE(heard[1].find("the state of this process is a int"), std::string::npos) << heard[1];
}

}  // namespace
