// Resources: closed when the custodian is over, in reverse order and once, however it comes to its
// end.
#include "tests/custodian/support.hpp"

#include "tests/parallel/checked_run.hpp"

#include <souk/detail/account.hpp>

#include <atomic>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <thread>

namespace souk {
namespace {

using namespace literals;
using namespace testing;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

class Resource : public OnEachVm {};
INSTANTIATE_TEST_SUITE_P(Vm, Resource, ::testing::ValuesIn(all_kinds()), name_of);

/// Of the VM whose code runs; says when it is closed.
resource open(notebook& j, const std::string& name) {
  return custodian::current().add_resource([&j, name] { j.note("close " + name); });
}

/// A VM that opens two, and lives until it is ended or hears `go`; `then` is done in it.
template <class Then>
spawn_action vm_with_two(notebook& j, Then then) {
  return spawn_vm([&j, then] {
    (void)open(j, "first");
    (void)open(j, "last");
    return actions{
        present_as("a"),
        at_meta_level(subscriber("go"_sym).on_message([then](const term&) { return then(); }))};
  });
}

auto in_reverse() { return ElementsAre("close last", "close first"); }

TEST_P(Resource, IsClosedWhenTheVmIsShutDown) {
  notebook j;
  vm v = run(vm_with_two(j, [] { custodian::current().shut_down("stop"_sym); }));
  EXPECT_THAT(j.lines(), IsEmpty());
  send(v, "go"_sym);
  EXPECT_THAT(j.lines(), in_reverse());
}

TEST_P(Resource, IsClosedWhenTheVmQuits) {
  notebook j;
  vm v = run(vm_with_two(j, [] { return at_meta_level(quit()); }));
  send(v, "go"_sym);
  EXPECT_THAT(j.lines(), in_reverse());
}

TEST_P(Resource, IsClosedWhenTheVmIsCollected_GC3) {
  notebook j;
  vm v = run(spawn_vm([&j] {
    (void)open(j, "first");
    (void)open(j, "last");
    return actions{};
  }));
  EXPECT_THAT(j.lines(), in_reverse());
}

TEST_P(Resource, IsClosedWhenAnotherEndsTheVm_QUI2) {
  notebook j;
  vm v = run(spawn([&j] {
    return transition(pid{},
                      vm_with_two(j, [] {}).then([](pid child, pid& inside) { inside = child; }),
                      subscriber("end"_sym).on_message(
                          [](const term&, const pid& inside) { return quit(inside, "stop"_sym); }));
  }));
  send(v, "end"_sym);
  EXPECT_THAT(j.lines(), in_reverse());
}

TEST_P(Resource, IsClosedWhenTheVmIsOverItsMemoryLimit) {
  notebook j;
  vm v = run(spawn([&j] {
    const custodian small = make_custodian();
    small.limit_memory(mebibyte);
    return actions{vm_with_two(j, [] { take_all(); }).under(small)};
  }));
  send(v, "go"_sym);
  EXPECT_THAT(j.lines(), in_reverse());
}

TEST_P(Resource, IsClosedWithTheOutermostVm) {
  notebook j;
  {
    vm v = run([&j] {
      (void)open(j, "first");
      (void)open(j, "last");
      return actions{subscriber("stay"_sym)};
    });
    EXPECT_THAT(j.lines(), IsEmpty());
  }
  EXPECT_THAT(j.lines(), in_reverse());
}

TEST_P(Resource, IsClosedWhenTheOutermostVmIsShutDownAndRunOnce) {
  notebook j;
  vm v = run([&j] {
    (void)open(j, "first");
    (void)open(j, "last");
    return actions{subscriber("stay"_sym)};
  });
  v.get_custodian().shut_down("stop"_sym);
  v.run_until_inert();
  EXPECT_THAT(j.lines(), in_reverse());
}

TEST_P(Resource, OfAVmInsideIsClosedBefore) {
  notebook j;
  vm v = run(spawn_vm([&j] {
    (void)open(j, "outer");
    return actions{spawn_vm([&j] {
                     (void)open(j, "inner");
                     return actions{at_meta_level(subscriber("stay"_sym))};
                   }),
                   at_meta_level(subscriber("go"_sym).on_message(
                       [](const term&) { return at_meta_level(quit()); }))};
  }));
  send(v, "go"_sym);
  EXPECT_THAT(j.lines(), ElementsAre("close inner", "close outer"));
}

TEST_P(Resource, OfACustodianThatWasMadeIsClosedWhenThatIsShutDown) {
  notebook j;
  std::optional<custodian> group;
  vm v = run([&] {
    (void)open(j, "of the VM");
    group = make_custodian();
    for (const char* const name : {"first", "last"})
      (void)group->add_resource([&j, name] { j.note(std::string{"close "} + name); });
    return actions{subscriber("stay"_sym)};
  });
  group->shut_down("stop"_sym);
  EXPECT_THAT(j.lines(), in_reverse());
  group->shut_down("again"_sym);
  EXPECT_THAT(j.lines(), in_reverse());
}

TEST_P(Resource, OfACustodianThatWasMadeIsClosedWithTheVmItWasMadeIn) {
  notebook j;
  vm v = run(spawn_vm([&j] {
    (void)open(j, "first");
    (void)make_custodian().add_resource([&j] { j.note("close last"); });
    return actions{at_meta_level(
        subscriber("go"_sym).on_message([](const term&) { return at_meta_level(quit()); }))};
  }));
  send(v, "go"_sym);
  EXPECT_THAT(j.lines(), in_reverse());
}

TEST_P(Resource, ThatIsAddedToWhatHasEndedIsClosedAtOnce) {
  notebook j;
  std::optional<custodian> gone;
  vm v = run(spawn_vm([&gone] {
    gone = custodian::current();
    return actions{};
  }));
  (void)gone->add_resource([&j] { j.note("close late"); });
  EXPECT_THAT(j.lines(), ElementsAre("close late"));
}

TEST_P(Resource, IsClosedOnce) {
  notebook j;
  vm v = run(spawn_vm([&j] {
    return transition(
        open(j, "early"),
        at_meta_level(subscriber("go"_sym).on_message([](const term&, const resource& early) {
          const resource copy = early;  // NOLINT(*-unnecessary-copy-initialization)
          copy.close();
          early.close();
        })));
  }));
  send(v, "go"_sym);
  EXPECT_THAT(j.lines(), ElementsAre("close early"));
  v.get_custodian().shut_down("stop"_sym);
  v.run_until_inert();
  EXPECT_THAT(j.lines(), ElementsAre("close early"));
}

TEST_P(Resource, ThatIsReleasedIsNotClosed) {
  notebook j;
  std::optional<resource> mine;
  vm v = run(spawn_vm([&] {
    mine = open(j, "mine");
    return actions{at_meta_level(subscriber("stay"_sym))};
  }));
  EXPECT_TRUE(mine->release());
  EXPECT_FALSE(mine->release()) << "it is released already";
  v.get_custodian().shut_down("stop"_sym);
  v.run_until_inert();
  mine->close();
  EXPECT_THAT(j.lines(), IsEmpty());
}

/// What a listener is told of resources.
struct remarks final : vm_listener {
  notebook heard;
  void on_remark(pid /*who*/, std::string_view text) override {
    if (text.find("resource") != std::string_view::npos) heard.note(std::string{text});
  }
};

TEST_P(Resource, ThatCannotBeClosedEndsNothing) {
  notebook j;
  remarks told;
  vm_options how = options();
  how.listener = &told;
  vm v{
      how, spawn_vm([&j] {
        (void)open(j, "first");
        (void)custodian::current().add_resource([] { throw std::runtime_error{"no such device"}; });
        (void)open(j, "last");
        return actions{at_meta_level(
            subscriber("go"_sym).on_message([](const term&) { return at_meta_level(quit()); }))};
      }),
      subscriber("go"_sym).on_message([&j](const term&) { j.note("heard"); })};
  v.run_until_inert();
  send(v, "go"_sym);
  send(v, "go"_sym);
  EXPECT_THAT(j.lines(), UnorderedElementsAre("close last", "close first", "heard", "heard"));
  EXPECT_THAT(told.heard.lines(), ElementsAre("a resource could not be closed: no such device"));
}

// It is not refused any; who is over the limit then is shut down afterwards.
TEST_P(Resource, MayTakeMemoryToClose) {
  notebook j;
  vm v = run(spawn([&j] {
    const custodian small = make_custodian();
    small.limit_memory(mebibyte);
    return actions{spawn_vm([&j] {
                     (void)custodian::current().add_resource([&j] {
                       const std::vector<char, allocator<char>> room(2 * mebibyte);
                       j.note("closed");
                     });
                     return actions{at_meta_level(subscriber("go"_sym).on_message(
                         [](const term&) { return at_meta_level(quit()); }))};
                   }).under(small)};
  }));
  const std::size_t accounts = detail::account::count();
  send(v, "go"_sym);
  EXPECT_THAT(j.lines(), ElementsAre("closed"));
  v = run(subscriber("other"_sym));
  EXPECT_EQ(detail::account::count(), accounts - 2) << "no thread still has it in mind";
}

TEST_P(Resource, IsCounted) {
  notebook j;
  std::optional<custodian> inner;
  vm v = run([&j] {
    (void)open(j, "outer");
    return actions{subscriber("stay"_sym)};
  });
  EXPECT_EQ(v.get_custodian().usage().own_counts.resources, 1U);
  vm w = run(spawn_vm([&] {
    inner = custodian::current();
    open(j, "closed").close();
    (void)open(j, "a");
    (void)make_custodian().add_resource([] {});
    return actions{at_meta_level(subscriber("stay"_sym))};
  }));
  EXPECT_EQ(inner->usage().own_counts.resources, 1U);
  EXPECT_EQ(inner->usage().total_counts.resources, 2U);
  EXPECT_EQ(w.get_custodian().usage().own_counts.resources, 0U);
  EXPECT_EQ(w.get_custodian().usage().total_counts.resources, 2U);
  inner->shut_down("stop"_sym);
  w.run_until_inert();
  EXPECT_EQ(inner->usage().total_counts.resources, 0U);
}

// From many threads, while VMs come and go: each is closed exactly once, and nothing is left.
TEST_P(Resource, IsClosedOnceWhoeverCloses) {
  const std::size_t accounts = detail::account::count();
  const std::int64_t before = detail::account::bytes_taken();
  std::atomic<int> closed{0};
  constexpr int rounds = 200;
  {
    std::vector<resource> all;
    std::mutex lock;
    vm v = run(subscriber("make"_sym).on_message([&](const term&) {
      return spawn_vm([&] {
        const std::scoped_lock held{lock};
        all.push_back(custodian::current().add_resource([&closed] { ++closed; }));
        return actions{at_meta_level(
            subscriber("end"_sym).on_message([](const term&) { return at_meta_level(quit()); }))};
      });
    }));
    for (int i = 0; i < rounds; ++i) {
      send(v, "make"_sym);
      std::thread other{[&] { all.back().close(); }};
      send(v, "end"_sym);
      other.join();
    }
  }
  EXPECT_EQ(closed, rounds);
  EXPECT_EQ(detail::account::count(), accounts);
  EXPECT_EQ(detail::account::bytes_taken(), before);
}

TEST(ResourceOfTheProgram, IsClosedWhenTheCustodianIsShutDown) {
  notebook j;
  const custodian group = make_custodian();
  (void)group.add_resource([&j] { j.note("close"); });
  group.shut_down("stop"_sym);
  EXPECT_THAT(j.lines(), ElementsAre("close"));
  (void)group.add_resource([&j] { j.note("close again"); });
  EXPECT_THAT(j.lines(), ElementsAre("close")) << "it looks after what comes later";
  group.shut_down("stop"_sym);
  EXPECT_THAT(j.lines(), ElementsAre("close", "close again"));
}

// A replay opens for itself and closes for itself; what the recorded run had open is not its.
TEST(ResourceInAReplay, IsClosedOnceInEachRun) {
  std::atomic<int> opened{0};
  std::atomic<int> closed{0};
  const boot_function first = boot([&] {
    actions all;
    for (int i = 0; i < 20; ++i) {
      all.append(spawn_vm([&, i] {
        ++opened;
        const resource mine = custodian::current().add_resource([&closed] { ++closed; });
        return transition(
            mine, at_meta_level(subscriber(list("go"_sym, _))
                                    .on_message([i](const term& m, const resource& r) -> actions {
                                      if (m != list("go"_sym, i)) return {};
                                      if (i % 2 == 0) r.close();
                                      return at_meta_level(quit());
                                    })));
      }));
    }
    return all;
  });
  for (const unsigned workers : {1U, 2U, 8U}) {
    opened = closed = 0;
    std::vector<send_message> messages;
    for (int i = 0; i < 20; ++i) messages.emplace_back(list("go"_sym, i));
    const finding found = run_and_replay(workers, workers, first, messages);
    EXPECT_EQ(found.divergence, "");
    EXPECT_EQ(opened, 40);
    EXPECT_EQ(closed, opened);
  }
}

}  // namespace
}  // namespace souk
