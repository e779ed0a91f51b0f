// What happens when no process reaches a host object any more (will.hpp).
#include <gmock/gmock.h>

#include <string>

#include "tests/ground/vm_support.hpp"

namespace souk::ground::test {
namespace {

using ::testing::ElementsAre;

SOUK_ON_EACH_VM(Wills);

/// Something that counts how many of it there are.
class treasure {
 public:
  explicit treasure(int& alive) : alive_{alive} { ++alive_; }
  treasure(const treasure&) = delete;
  treasure& operator=(const treasure&) = delete;
  ~treasure() { --alive_; }

 private:
  int& alive_;
};

/// Writes the label of each will that comes.
endpoint executor_of(const will_executor& wills, journal& into) {
  return subscriber(cons(wills.event(), _)).on_message([&into](const term& m) {
    const auto will = m.tail().as<unreachable>();
    into.write(to_string(will->label) + (will->object.as_host<treasure>() ? " alive" : " gone"));
  });
}

// W1
TEST_P(Wills, ComeWhenTheStateThatHeldTheObjectIsGone) {
  const will_executor wills;
  journal notes;
  int alive = 0;
  ground_vm(quiet(), executor_of(wills, notes), spawn([&] {
              return transition(
                  wills.host(std::make_shared<treasure>(alive), "state"_sym),
                  subscriber("go"_sym).on_message([](const term&, term&) { return quit(); }));
            }),
            spawn([&notes] {
              return observe_subscribers("go"_sym).on_presence([&notes] {
                notes.write("sends");
                return send_message("go"_sym);
              });
            }));
  EXPECT_THAT(notes.all(), ElementsAre("sends", "state alive"));
  EXPECT_EQ(alive, 0) << "whoever got the object let go of it";
}

// W1
TEST_P(Wills, ComeOnceWhenTheLastOfSeveralProcessesLetsGo) {
  const will_executor wills;
  journal notes;
  int alive = 0;
  const auto keeper = [&notes](symbol leaves) {
    return spawn([&notes, leaves] {
      return transition(
          term{},
          subscriber(list("keep"_sym, _)).on_message([](const term& m, term& state) { state = m; }),
          subscriber(leaves).on_message([&notes, leaves] {
            notes.write(to_string(term{leaves}));
            return quit();
          }));
    });
  };
  market m{keeper("first"_sym), keeper("second"_sym), spawn([&] {
             return actions{executor_of(wills, notes),
                            observe_subscribers(list("keep"_sym, _)).on_presence([&notes] {
                              notes.write("there");
                            })};
           })};
  EXPECT_TRUE(notes.wait_for("there", 2));
  m.act([&] {
    return send_message(list("keep"_sym, wills.host(std::make_shared<treasure>(alive), 7)));
  });
  m.send("first"_sym);
  EXPECT_TRUE(notes.wait_for("first"));
  m.send("second"_sym);
  EXPECT_TRUE(notes.wait_for("7 alive"));
  m.stop();
  EXPECT_THAT(notes.all(), ElementsAre("there", "there", "first", "second", "7 alive"));
}

// W1: from inside a nested VM, that ends with all it has.
TEST_P(Wills, ComeOfANestedVmThatIsShutDown) {
  const will_executor wills;
  journal notes;
  int alive = 0;
  market m{
      wills.driver(), spawn([&] {
        const custodian users = make_custodian();
        return actions{
            subscriber(topic<unreachable>(_, _)).on_message([&](const unreachable& u) {
              notes.write(to_string(u.label));
            }),
            observe_publishers("user"_sym).on_presence([users] { users.shut_down("stop"_sym); }),
            spawn_vm([&] {
              return transition(wills.host(std::make_shared<treasure>(alive), "inner"_sym),
                                at_meta_level(publisher("user"_sym)));
            }).under(users)};
      })};
  EXPECT_TRUE(notes.wait_for("inner"));
  m.stop();
  EXPECT_THAT(notes.all(), ElementsAre("inner"));
  EXPECT_EQ(alive, 0);
}

// W1: a message that nobody gets is gone at once.
TEST_P(Wills, ComeOfAMessageThatNobodyGets) {
  const will_executor wills;
  journal notes;
  int alive = 0;
  ground_vm(quiet(), executor_of(wills, notes),
            send_message(wills.host(std::make_shared<treasure>(alive), "unheard"_sym)));
  EXPECT_THAT(notes.all(), ElementsAre("unheard alive"));
}

// W2
TEST_P(Wills, AreNotWaitedForAndAreLeftToTheProgram) {
  const will_executor wills;
  journal notes;
  int alive = 0;
  ground_vm(quiet(), executor_of(wills, notes), spawn([&] {
              return transition(wills.host(std::make_shared<treasure>(alive), "kept"_sym),
                                subscriber("never"_sym));
            }));
  EXPECT_THAT(notes.all(), ElementsAre());
  auto left = wills.take();
  ASSERT_TRUE(left);
  EXPECT_EQ(left->label, term{"kept"_sym});
  EXPECT_EQ(alive, 1);
  left.reset();
  EXPECT_EQ(alive, 0);
  EXPECT_FALSE(wills.take());
}

// W1: the objects of many processes that come and go, on all workers.
TEST_P(Wills, ComeOncePerObject) {
  constexpr int count = 500;
  const will_executor wills;
  journal notes;
  int alive = 0;
  actions all = executor_of(wills, notes);
  for (int i = 0; i < count; ++i) {
    all.append(spawn([&, i] {
      return actions{send_message(list(i, wills.host(std::make_shared<int>(i), i))), quit()};
    }));
    all.append(spawn([i] { return subscriber(list(i, _)).on_message([] { return quit(); }); }));
  }
  ground_vm(quiet(), all);
  std::vector<std::string> came = notes.all();
  std::ranges::sort(came);
  EXPECT_EQ(std::adjacent_find(came.begin(), came.end()), came.end()) << "twice";
  EXPECT_EQ(came.size(), static_cast<std::size_t>(count));
  EXPECT_EQ(alive, 0);
}

TEST_P(Wills, AreForObjects) {
  EXPECT_THROW((void)will_executor{}.host(std::shared_ptr<int>{}, 1), usage_error);
}

}  // namespace
}  // namespace souk::ground::test
