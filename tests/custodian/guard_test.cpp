// Guards: what leaves a VM is asked about, and who asks for what is refused ends with the reason.
#include "tests/custodian/support.hpp"

#include "tests/parallel/checked_run.hpp"

#include <memory>
#include <string>

namespace souk {
namespace {

using namespace literals;
using namespace testing;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using ::testing::UnorderedElementsAre;

class Guard : public OnEachVm {};
INSTANTIATE_TEST_SUITE_P(Vm, Guard, ::testing::ValuesIn(all_kinds()), name_of);

/// All but what is about `word`.
guard without(const term& word) {
  return {.topic = [word](const role& r) { return !matches(word, r.topic); }};
}

/// A VM under a guard: present outside as `name`, and inside it processes that do `parts`.
template <class... Parts>
spawn_action guarded(const guard& by, const std::string& name, const Parts&... parts) {
  const custodian of = make_custodian();
  of.narrow(by);
  return spawn_vm(present_as(name), spawn(parts)...).under(of);
}

TEST_P(Guard, RefusesAnEndpoint) {
  notebook j;
  vm v = run(
      watch(j, "secret"_sym), watch(j, "open"_sym), spawn([] {
        return actions{guarded(without("secret"_sym), "a", at_meta_level(publisher("secret"_sym)),
                               at_meta_level(publisher("open"_sym)))};
      }));
  EXPECT_THAT(j.lines(), ElementsAre("+open"));
}

TEST_P(Guard, RefusesAMessageEitherWay) {
  notebook j;
  const auto hears = [&j](const std::string& what) { return [&j, what] { j.note(what); }; };
  vm v = run(subscriber("secret"_sym).on_message(hears("secret")),
             publisher("secret"_sym).on_message(hears("feedback")),
             subscriber("open"_sym).on_message(hears("open")), spawn([] {
               return actions{guarded(without("secret"_sym), "a",
                                      at_meta_level(send_message("secret"_sym)),
                                      at_meta_level(send_feedback("secret"_sym)),
                                      at_meta_level(send_message("open"_sym)))};
             }));
  EXPECT_THAT(j.lines(), ElementsAre("open"));
}

TEST_P(Guard, EndsWhoAskedWithTheReasonAndNobodyElse) {
  notebook j;
  vm v =
      run(watch(j, programs), spawn([&j] {
            return actions{guarded(
                without("secret"_sym), "a", actions{watch(j, "inside"_sym), publisher("other"_sym)},
                actions{publisher("inside"_sym), at_meta_level(subscriber("secret"_sym))})};
          }));
  EXPECT_THAT(j.lines(), Contains("+(program a)"));
  EXPECT_THAT(j.lines(), Contains(AllOf(StartsWith("-inside"), HasSubstr("not-permitted"),
                                        HasSubstr("subscriber secret"))));
  EXPECT_THAT(j.lines(), Not(Contains(StartsWith("-(program a)"))));
}

TEST_P(Guard, IsNotAskedAboutWhatStaysInside) {
  notebook j;
  vm v = run(spawn([&j] {
    return actions{guarded(without("secret"_sym), "a",
                           actions{watch(j, "secret"_sym),
                                   subscriber("secret"_sym).on_message([&j] { j.note("heard"); })},
                           actions{publisher("secret"_sym), send_message("secret"_sym)})};
  }));
  EXPECT_THAT(j.lines(), UnorderedElementsAre("+secret", "heard"));
}

TEST_P(Guard, HoldsForVmsInsideWhateverTheirOwnAllow) {
  notebook j;
  vm v = run(watch(j, list("word"_sym, _)), spawn([&j] {
               const auto word = [](int n) { return list("word"_sym, n); };
               const auto passed_on = [&j, word](int n) {  // from the inner VM to the outermost
                 return actions{watch(j, word(n)), at_meta_level(publisher(word(n)))};
               };
               return actions{guarded(
                   without(word(1)), "outer", passed_on(1), passed_on(2),
                   [word] {
                     return actions{
                         guarded({.topic = [](const role&) { return true; }}, "lax",
                                 at_meta_level(publisher(word(1)))),
                         guarded(without(word(2)), "narrow", at_meta_level(publisher(word(2)))),
                         guarded({}, "same", at_meta_level(publisher(word(3))))};
                   },
                   watch(j, word(3)))};
             }));
  EXPECT_THAT(j.lines(), UnorderedElementsAre("+(word 2)", "+(word 3)"))
      << "2 in the outermost VM, 3 in the outer one";
}

TEST_P(Guard, IsAddedToThoseThatAreThere) {
  notebook j;
  vm v = run(watch(j, "a"_sym), watch(j, "b"_sym), watch(j, "c"_sym), spawn([] {
               const custodian of = make_custodian();
               of.narrow(without("a"_sym));
               of.narrow(without("b"_sym));
               return actions{spawn_vm(spawn(at_meta_level(publisher("a"_sym))),
                                       spawn(at_meta_level(publisher("b"_sym))),
                                       spawn(at_meta_level(publisher("c"_sym))))
                                  .under(of)};
             }));
  EXPECT_THAT(j.lines(), ElementsAre("+c"));
}

TEST_P(Guard, RefusesHostObjectsThatLeaveTheVm) {
  notebook j;
  const term host = host_object(std::make_shared<int>(1));
  vm v = run(subscriber(list("m"_sym, _)).on_message([&j] { j.note("heard outside"); }),
             watch(j, list("e"_sym, _)), spawn([&j, host] {
               return actions{guarded(
                   {.host_objects = false}, "a",
                   at_meta_level(send_message(list("m"_sym, make_vector(1, list(2, host))))),
                   at_meta_level(publisher(list("e"_sym, host))),
                   at_meta_level(send_message(list("m"_sym, 1))),
                   subscriber(list("inside"_sym, _)).on_message([&j] { j.note("heard inside"); }),
                   send_message(list("inside"_sym, host)))};
             }));
  EXPECT_THAT(j.lines(), UnorderedElementsAre("heard inside", "heard outside"));
}

TEST_P(Guard, RefusesSpawnsAtMetaLevelWhichNobodyWouldWatch) {
  notebook j;
  const auto say = [&j] { j.note("spawned"); };
  vm v = run(spawn([say] {
    return actions{guarded(without("secret"_sym), "a", at_meta_level(spawn(say))),
                   guarded({.host_objects = false}, "b", at_meta_level(spawn(say)))};
  }));
  EXPECT_THAT(j.lines(), ElementsAre("spawned"));
}

TEST_P(Guard, AllowsAllIfThereIsNone) {
  notebook j;
  vm v =
      run(watch(j, list("e"_sym, _)),
          spawn_vm(at_meta_level(publisher(list("e"_sym, host_object(std::make_shared<int>(1)))))));
  EXPECT_EQ(j.lines().size(), 1U);
  EXPECT_TRUE(v.get_custodian().may_open("/anything"));
  EXPECT_TRUE(v.get_custodian().allows({.topic = "anything"_sym}));
}

TEST_P(Guard, SaysWhichPathsMayBeOpened) {
  notebook j;
  vm v = run(spawn([&j] {
    const custodian of = make_custodian();
    of.narrow({.path = [](std::string_view path) { return path.starts_with("/tmp/"); }});
    return actions{
        spawn_vm([&j] {
          const custodian mine = custodian::current();
          mine.narrow({.path = [](std::string_view path) { return !path.ends_with(".secret"); }});
          for (const char* const path : {"/etc/passwd", "/tmp/a", "/tmp/a.secret"})
            if (mine.may_open(path)) j.note(path);
          return actions{};
        }).under(of)};
  }));
  EXPECT_THAT(j.lines(), ElementsAre("/tmp/a"));
}

// TCP, by topics.

term channel(const term& source, const term& destination) {
  return make_record("tcp-channel", source, destination, _);
}

TEST(TcpGuard, AllowsPortsAndPeersThatAreNamed) {
  const auto allows =
      [guard = tcp::allow_only({.listen = [](std::uint16_t port) { return port >= 8000; },
                                .connect =
                                    [](const std::string& host, std::uint16_t port) {
                                      return host == "localhost" && port == 80;
                                    }})](const term& topic) { return guard({.topic = topic}); };
  const term own = term{tcp::listener{8000}};
  const term low = term{tcp::listener{22}};
  const term mine = term{tcp::handle{"me"_sym}};
  const term web = term{tcp::address{"localhost", 80}};
  const term other = term{tcp::address{"example.org", 80}};
  EXPECT_TRUE(allows(channel(_, own)));
  EXPECT_TRUE(allows(channel(own, _)));
  EXPECT_TRUE(allows(channel(other, own))) << "an accepted connection";
  EXPECT_FALSE(allows(channel(_, low)));
  EXPECT_FALSE(allows(channel(low, own)));
  EXPECT_TRUE(allows(channel(mine, web)));
  EXPECT_TRUE(allows(channel(web, mine)));
  EXPECT_FALSE(allows(channel(mine, other)));
  EXPECT_FALSE(allows(channel(mine, _)));
  EXPECT_FALSE(allows(channel(_, _)));
  EXPECT_FALSE(allows(channel(_, make_record("tcp-listener", _))));
  EXPECT_FALSE(allows(_));
  EXPECT_TRUE(allows(list("anything"_sym, _)));
  EXPECT_TRUE(allows(make_record("set-timer", 1, 2, 3)));
}

TEST(TcpGuard, AllowsNothingThatWasNotSaid) {
  const auto none = tcp::allow_only({});
  EXPECT_FALSE(none({.topic = channel(_, term{tcp::listener{8000}})}));
  EXPECT_FALSE(none({.topic = channel(term{tcp::handle{1}}, term{tcp::address{"localhost", 1}})}));
  EXPECT_TRUE(none({.topic = "other"_sym}));
}

// In a ground VM: no port is opened for who may not have it, and the others go on.
TEST_P(Guard, KeepsAVmFromAPortOfTheGroundVm) {
  notebook j;
  const auto listen = [](std::uint16_t port) {
    return at_meta_level(observe_publishers(topic<tcp::channel>(_, tcp::listener{port}, _)));
  };
  ground_vm(
      ground_options{.kind = GetParam().kind,
                     .workers = GetParam().workers,
                     .handle_signals = false,
                     .log = [&j](std::string_view line) { j.note(std::string{line}); }},
      // Instead of the driver: says what is wanted.
      observe_subscribers_everything(topic<tcp::channel>(_, _, _))
          .on_presence([&j](const event& e) { j.note("wanted " + to_string(e.topic())); }),
      spawn([listen] {
        return actions{guarded(
            {.topic = tcp::allow_only({.listen = [](std::uint16_t port) { return port == 8001; }})},
            "a", listen(22), listen(8001))};
      }));
  EXPECT_THAT(j.lines(), Contains(HasSubstr("not-permitted")));
  EXPECT_THAT(j.lines(), Not(Contains(AllOf(StartsWith("wanted"), HasSubstr("22")))));
  EXPECT_THAT(j.lines(), Contains(AllOf(StartsWith("wanted"), HasSubstr("8001"))));
}

// A refusal is an end of a process like any other.
class GuardReplay : public ::testing::TestWithParam<std::uint64_t> {};
INSTANTIATE_TEST_SUITE_P(Seed, GuardReplay, ::testing::Range(std::uint64_t{0}, std::uint64_t{20}));

TEST_P(GuardReplay, EqualsARunOfTheFunctionalVm) {
  const boot_function first = boot([] {
    actions all{subscriber(list("n"_sym, _)), observe_publishers(programs)};
    for (int i = 0; i < 6; ++i) {
      all.append(guarded(
          without(list("n"_sym, 5 * i)), "p" + std::to_string(i), spawn([] {
            return transition(
                0, publisher("here"_sym),
                subscriber("go"_sym).on_message([](const term&, int& n) -> actions {
                  if (++n > 40) return {};
                  return {at_meta_level(send_message(list("n"_sym, n))), send_message("go"_sym)};
                }),
                send_message("go"_sym));
          }),
          observe_publishers("here"_sym)));
    }
    return all;
  });
  const finding found =
      run_and_replay(GetParam(), 1 + static_cast<unsigned>(GetParam() % 4), first);
  EXPECT_EQ(found.divergence, "");
  EXPECT_GT(found.commits, 50U);
}

}  // namespace
}  // namespace souk
