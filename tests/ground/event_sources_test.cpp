// How the ground VM treats its event sources: asked while somebody subscribes, and only then.
#include <gmock/gmock.h>

#include <ctime>

#include "tests/ground/vm_support.hpp"

namespace souk::ground::test {
namespace {

SOUK_ON_EACH_VM(EventSources);

double process_cpu_ms() {
  timespec t{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) * 1e3 + static_cast<double>(t.tv_nsec) / 1e6;
}

TEST_P(EventSources, AnEventIsAMessageOfItsSourceAndItsValue) {
  const auto source = std::make_shared<script>();
  const term event = host_event(source);
  source->put(list(1, "two"));
  term got;
  ground_vm(quiet(), subscriber(cons(event, _)).on_message([&](const term& m) {
    got = m;
    return quit();
  }));
  EXPECT_EQ(got, cons(event, list(1, "two")));
}

TEST_P(EventSources, ASourceIsAskedOnlyWhileSomebodySubscribes) {
  const auto source = std::make_shared<script>();
  market m;
  m.act([=] { return subscriber(cons(host_event(source), _)).named("it"_sym); });
  EXPECT_TRUE(source->wait_for_requests(1));
  EXPECT_EQ(source->cancels(), 0);
  m.act([] { return delete_endpoint{"it"_sym}; });
  EXPECT_TRUE(source->wait_for_cancels(1));
  m.act([=] { return subscriber(cons(host_event(source), _)).named("it"_sym); });
  EXPECT_TRUE(source->wait_for_requests(2));
  m.stop();
  EXPECT_EQ(source->cancels(), 2);
  EXPECT_EQ(source->takes(), 0);
}

TEST_P(EventSources, ObserversAndPublishersDoNotAsk) {
  const auto source = std::make_shared<script>();
  source->put(1);
  source->finish();
  ground_vm(quiet(), observe_publishers(cons(host_event(source), _)),
            observe_publishers_everything(cons(host_event(source), _)),
            publisher(cons(host_event(source), _)), subscriber(list(host_event(source), 1, 2)),
            subscriber(_), subscriber(host_event(source)));
  // Only the list does: it is a pair of the source and the rest.
  EXPECT_EQ(source->requests(), 2);
  EXPECT_EQ(source->left(), 0U);
}

// B2, E2
TEST_P(EventSources, AValueThatNobodyWantsAnyMoreStaysInTheSource) {
  const auto source = std::make_shared<script>();
  for (int i = 0; i < 3; ++i) source->put(i);
  int got = 0;
  ground_vm(quiet(), subscriber(cons(host_event(source), _)).on_message([&] {
    ++got;
    return quit();
  }));
  EXPECT_EQ(got, 1);
  EXPECT_EQ(source->left(), 2U);
}

// B2: the value is ready, and waits in the queue while another event's handler deletes the
// endpoint. On the parallel VM it may have been taken before; then it is heard.
TEST_P(EventSources, AValueIsNotLostWhenItsEndpointGoesBetweenReadyAndTake) {
  const auto first = std::make_shared<script>();
  const auto second = std::make_shared<script>();
  first->put("first");
  second->put("second");
  journal notes;
  ground_vm(quiet(),
            spawn(subscriber(cons(host_event(first), _)).on_message([&] {
              notes.write("first");
              return actions{delete_endpoint{"second"_sym}, quit()};
            }),
                  subscriber(cons(host_event(second), _)).named("second"_sym).on_message([&] {
                    notes.write("second");
                  })));
  EXPECT_TRUE(notes.has("first"));
  const std::size_t heard = notes.has("second") ? 1 : 0;
  EXPECT_EQ(second->left() + heard, 1U);
  EXPECT_EQ(second->takes(), static_cast<int>(heard));
  if (GetParam().kind == vm_kind::functional) {
    EXPECT_EQ(heard, 0U);
  }
}

// B2: endpoints come and go all the time, so that many go between ready and take.
TEST_P(EventSources, NoValueIsLostToAnEndpointThatGoes) {
  constexpr std::int64_t count = 200;
  const auto source = std::make_shared<script>();
  const term event = host_event(source);
  for (std::int64_t i = 0; i < count; ++i) source->put(i);
  source->finish();
  std::vector<std::int64_t> got;  // by a process that changes its endpoint by itself, over and over
  struct fickle {
    static actions change(const term& event, std::vector<std::int64_t>& got, bool there) {
      if (got.size() == count) return quit{};
      actions next =
          there ? actions{delete_endpoint{"it"_sym}}
                : actions{
                      subscriber(cons(event, _)).named("it"_sym).on_message([&got](const term& m) {
                        got.push_back(m.tail().as_integer());
                      })};
      next.append(yield([event, &got, there] { return change(event, got, !there); }));
      return next;
    }
  };
  ground_vm(quiet(), spawn([&] { return fickle::change(event, got, false); }));
  ASSERT_EQ(got.size(), static_cast<std::size_t>(count));
  EXPECT_TRUE(std::ranges::is_sorted(got));
  EXPECT_EQ(source->most_open(), 1);
}

// The next value is taken when the handler of the last has had its say.
TEST_P(EventSources, AHandlerThatCancelsItsSourceIsNotCalledWithMoreOfIt) {
  const auto source = std::make_shared<script>();
  for (int i = 0; i < 10; ++i) source->put(i);
  source->finish();
  int got = 0;
  ground_vm(quiet(), spawn(subscriber(cons(host_event(source), _)).named("it"_sym).on_message([&] {
              ++got;
              return delete_endpoint{"it"_sym};
            })));
  EXPECT_EQ(got, 1);
  EXPECT_EQ(source->left(), 9U);
}

// The same through two VMs: what cancels is committed outside before the next value is taken.
TEST_P(EventSources, AHandlerInANestedVmThatCancelsItsSourceIsNotCalledWithMoreOfIt) {
  const auto source = std::make_shared<script>();
  for (int i = 0; i < 10; ++i) source->put(i);
  source->finish();
  std::atomic<int> got{0};
  const term event = host_event(source);
  const auto listener = at_meta_level(subscriber(cons(event, _)).named("it"_sym).on_message([&] {
    ++got;
    return at_meta_level(delete_endpoint{"it"_sym});
  }));
  ground_vm(quiet(), spawn_vm(spawn(subscriber("stay"_sym)), spawn(listener)));
  EXPECT_EQ(got, 1);
  EXPECT_EQ(source->left(), 9U);
}

// More values than the VM may have on its way, while a process never stops.
TEST_P(EventSources, ManyValuesComeThroughBesideAProcessThatYieldsForEver) {
  struct spinner {
    static actions again() {
      return yield([] { return again(); });
    }
  };
  std::vector<std::shared_ptr<script>> sources;
  actions listeners;
  journal notes;
  for (int i = 0; i < 10; ++i) {
    sources.push_back(std::make_shared<script>());
    for (int k = 0; k < 500; ++k) sources.back()->put(k);
    listeners.append(listen_to(sources.back(), notes));
  }
  market m{spawn([] { return spinner::again(); }), spawn(listeners)};
  EXPECT_TRUE(notes.wait_for("499", sources.size()));
  m.stop();
}

// B1
TEST_P(EventSources, ASourceHasAtMostOneRequestUnderWay) {
  const auto source = std::make_shared<script>();
  journal notes;
  journal seen;  // what is taken before an endpoint is there is not for it
  market m{spawn(observe_subscribers(cons(host_event(source), _)).on_presence([&seen] {
             seen.write("there");
           })),
           spawn(listen_to(source, notes)),
           spawn(listen_to(source, notes), listen_to(source, notes))};
  ASSERT_TRUE(seen.wait_for("there", 3));
  for (int i = 0; i < 10; ++i) source->put(i);
  EXPECT_TRUE(notes.wait_for("9", 3)) << "each endpoint gets each value";
  m.stop();
  EXPECT_EQ(notes.all().size(), 30U);
  EXPECT_EQ(source->takes(), 10);
  EXPECT_EQ(source->most_open(), 1);
}

TEST_P(EventSources, ValuesOfASourceComeInOrder) {
  const auto source = std::make_shared<script>();
  for (int i = 0; i < 1000; ++i) source->put(i);
  source->finish();
  std::vector<std::int64_t> got;
  ground_vm(quiet(), subscriber(cons(host_event(source), _)).on_message([&](const term& m) {
    got.push_back(m.tail().as_integer());
  }));
  ASSERT_EQ(got.size(), 1000U);
  EXPECT_TRUE(std::is_sorted(got.begin(), got.end()));
}

TEST_P(EventSources, AnExhaustedSourceIsAskedAgainOnlyByANewSubscriber) {
  const auto source = std::make_shared<script>();
  journal notes;
  market m;
  m.act([&] { return actions{listen_to(source, notes).named("one"_sym)}; });
  ASSERT_TRUE(source->wait_for_requests(1));
  source->lie();  // ready, and nothing there
  m.act([&] { return actions{listen_to(source, notes).named("two"_sym)}; });
  ASSERT_TRUE(source->wait_for_requests(2));
  source->put("again");
  EXPECT_TRUE(notes.wait_for("\"again\"", 2));
  m.stop();
  EXPECT_EQ(source->takes(), 2);
}

TEST_P(EventSources, ASourceThatIsAlwaysReadyLeavesTheOthersTheirTurn) {
  class always final : public event_source {
    void request(std::function<void()> ready) override { ready(); }
    std::optional<term> take() override { return term{"again"}; }
    void cancel() noexcept override {}
  };
  const auto other = std::make_shared<script>();
  journal notes;
  market m{
      spawn([] { return actions{subscriber(cons(host_event(std::make_shared<always>()), _))}; }),
      spawn(listen_to(other, notes))};
  for (int i = 0; i < 100; ++i) other->put(i);
  EXPECT_TRUE(notes.wait_for("99"));
  m.stop();
}

TEST_P(EventSources, AProcessThatYieldsForEverDoesNotStarveEvents) {
  struct spinner {
    static actions again() {
      return yield([] { return again(); });
    }
  };
  const auto source = std::make_shared<script>();
  journal notes;
  market m{spawn([] { return spinner::again(); }), spawn(listen_to(source, notes))};
  for (int i = 0; i < 100; ++i) source->put(i);
  EXPECT_TRUE(notes.wait_for("99"));
  m.stop();
}

TEST_P(EventSources, WaitingTakesNoProcessorTime) {
  const auto never = std::make_shared<script>();
  const auto exhausted = std::make_shared<script>();
  exhausted->finish();
  double before = 0;
  double used = 0;
  ground_vm(quiet(), timer::driver(), spawn([&] {
              before = process_cpu_ms();
              return actions{
                  subscriber(cons(host_event(never), _)),
                  subscriber(cons(host_event(exhausted), _)),
                  subscriber(topic<timer::timer_expired>("done"_sym, _)).on_message([&] {
                    used = process_cpu_ms() - before;
                    return quit();
                  }),
                  send_message(timer::after("done"_sym, std::chrono::milliseconds{500}))};
            }));
  EXPECT_LT(used, 100) << "ms in half a second of waiting";
}

TEST_P(EventSources, WhatASourceThrowsComesOutOfTheGroundVm) {
  class broken final : public event_source {
    void request(std::function<void()>) override { throw std::runtime_error("broken"); }
    std::optional<term> take() override { return std::nullopt; }
    void cancel() noexcept override {}
  };
  EXPECT_THROW(ground_vm(quiet(), subscriber(cons(host_event(std::make_shared<broken>()), _))),
               std::runtime_error);
}

}  // namespace
}  // namespace souk::ground::test
