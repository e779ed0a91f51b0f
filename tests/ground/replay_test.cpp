// Every run of a ground VM on the parallel VM equals one on the functional VM, where the outside
// world is what the journal says it was: what was committed is repeated, and every process sees the
// same.
#include <gmock/gmock.h>

#include "tests/ground/replay_support.hpp"

namespace souk::ground::test {
namespace {

/// As an_echo, with credit both ways: handlers look at what is left of it.
setting a_careful_echo() {
  const session f = [](const tcp::socket& them, const tcp::socket& us) -> actions {
    actions all = echo_lines(them, us);
    all.append(tcp::give_credit(them, us, 1));
    all.append(subscriber(topic<tcp::channel>(them, us, _)).on_message([=](const tcp::segment&) {
      return tcp::give_credit(them, us, 1);
    }));
    return all;
  };
  tcp::options how = lines_of();
  how.flow = tcp::flow::credit;
  return an_echo(free_port(), how, f);
}

struct says {
  symbol who;
  std::string what;
};
SOUK_RECORD(says, who, what);

/// A session of the chat: in the room it has a name that no other has.
actions chat(const tcp::socket& them, const tcp::socket& us) {
  const symbol user = fresh_symbol("user");
  const auto say = [=](const std::string& line) {
    return at_meta_level(send_message(tcp::text{us, them, line + "\n"}));
  };
  return {say("you are " + user.name()), publisher(topic<says>(user, _)),
          at_meta_level(publisher(topic<tcp::channel>(us, them, _))),
          at_meta_level(subscriber(topic<tcp::channel>(them, us, _))
                            .on_absence([] { return quit(); })
                            .on_message([=](const tcp::segment& s) -> actions {
                              if (s.packet.data != "leave")
                                return send_message(says{user, s.packet.data});
                              return at_meta_level(send_message("leave"_sym));
                            })),
          subscriber(topic<says>(_, _))
              .on_presence([=](const topic<says>& t) { return say((*t.who).name() + " came"); })
              .on_absence([=](const topic<says>& t) { return say((*t.who).name() + " went"); })
              .on_message([=](const says& s) { return say(s.who.name() + ": " + s.what); })};
}

setting a_chat() {
  const auto port = free_port();
  return {.program =
              [=] {
                return souk::boot(
                    tcp::driver(lines_of()),
                    spawn_vm(at_meta_level(sessions_on(port, chat)), at_meta_level(until_leave())));
              },
          .clients =
              [=] {
                std::vector<std::thread> all;
                for (int i = 0; i < 4; ++i) {
                  all.emplace_back([port] {
                    const client c = dial(port);
                    c.send("one\ntwo\nthree\n");
                    std::string heard;
                    while (heard.find(": three") == std::string::npos) heard += c.receive();
                  });
                }
                for (auto& one : all) one.join();
                ask_to_leave(port);
              }};
}

/// Three clocks, each in its own time, here and through a relay; the last to stop ends it all.
setting a_clock() {
  const auto ticking = [](const char* name, int msecs) {
    const auto next = [=] {
      return send_message(timer::after(name, std::chrono::milliseconds{msecs}));
    };
    return spawn([=] {
      return transition(3, next(),
                        subscriber(topic<timer::timer_expired>(name, _))
                            .on_message([=](const timer::timer_expired&, const int& left) {
                              return left > 1 ? transition(left - 1, next())
                                              : transition(0, quit());
                            }));
    });
  };
  return {.program =
              [=] {
                return souk::boot(timer::driver(), ticking("fast", 2), ticking("slow", 3),
                                  spawn_vm(timer::relay("relay"_sym), ticking("inner", 2)));
              },
          .clients = [] {}};
}

struct vm_size {
  unsigned workers;
  std::uint64_t seed = 0;
};

class GroundReplay : public ::testing::TestWithParam<vm_size> {
 protected:
  static void expect_the_same(const setting& of) {
    recorded_run run;
    record(of, GetParam().workers, run, GetParam().seed);
    EXPECT_GT(run.log.commits(), 10U);
    onlooker repeated;
    ASSERT_NO_THROW(replay(of, reread(run.log), repeated));
    EXPECT_EQ(difference(run.seen, repeated), "");
  }
};
INSTANTIATE_TEST_SUITE_P(Workers, GroundReplay,
                         ::testing::Values(vm_size{1}, vm_size{2}, vm_size{4}, vm_size{3, 7}),
                         [](const auto& which) {
                           return std::to_string(which.param.workers) +
                                  (which.param.seed == 0 ? "" : "Scattered");
                         });

TEST_P(GroundReplay, OfAnEchoShowsTheSame) { expect_the_same(an_echo(free_port())); }
TEST_P(GroundReplay, OfAnEchoWithCreditShowsTheSame) { expect_the_same(a_careful_echo()); }
TEST_P(GroundReplay, OfAChatInANestedVmShowsTheSame) { expect_the_same(a_chat()); }
TEST_P(GroundReplay, OfTimersShowsTheSame) { expect_the_same(a_clock()); }

}  // namespace
}  // namespace souk::ground::test
