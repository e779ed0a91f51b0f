// The ground VM: where the nesting ends and the world begins.
//
// The outside world is a set of event sources. A process of the ground VM asks for one by
// subscribing to the pair of the source and a wildcard, and each firing is a message:
//
//     subscriber(cons(host_event(source), _)).on_message([](const term& m) { ... m.tail() ... })
//
// Presence is demand: while no endpoint subscribes, the source is left alone; deleting the endpoint
// cancels. The drivers of tcp.hpp and timer.hpp are ordinary processes written on this.
// Source: ground.rkt of the original.
#pragma once

#include <souk/export.hpp>
#include <souk/journal.hpp>
#include <souk/process.hpp>
#include <souk/vm.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>

namespace souk {

/// Something outside that yields values from time to time.
///
/// Threads    request(), take(), cancel(): that which called ground_vm(). `ready` may be called
///            on any thread, also from inside request(). take() does not block, nor call the VM: on
///            a parallel one no endpoint comes or goes meanwhile.
/// E1  After a request, `ready` is called at least once if take() would yield a value, or never
///     will again. Calls after cancel() or a second one for the same request do no harm.
/// E2  A value stays in the source until it is taken: cancel() loses nothing.
class SOUK_EXPORT event_source {
 public:
  event_source() = default;
  event_source(const event_source&) = delete;
  event_source& operator=(const event_source&) = delete;
  virtual ~event_source();

  /// Somebody wants one value.
  virtual void request(std::function<void()> ready) = 0;
  /// The value. Nothing, after `ready`: this source has no more, and is not asked again.
  [[nodiscard]] virtual std::optional<term> take() = 0;
  /// Nobody wants one any more.
  virtual void cancel() noexcept = 0;
  /// Whether a ground VM whose processes have nothing to do goes on only to wait for this source.
  /// Always the same; yes, unless overridden.
  [[nodiscard]] virtual bool keeps_running() const noexcept;
};

/// The source as an atom to subscribe to.
[[nodiscard]] inline term host_event(std::shared_ptr<event_source> source) {
  return host_object(std::move(source));
}

struct ground_options {
  vm_kind kind = vm_kind::functional;
  std::uint64_t seed = 0;
  /// Parallel: how many threads run the VM, beside the calling one and that of the event loop. 0:
  /// one for each core.
  unsigned workers = 0;
  /// Parallel: whose threads these are.
  executor_kind executor = executor_kind::best;
  /// SIGINT and SIGTERM end the ground VM in order; off: they are not touched.
  bool handle_signals = true;
  /// At the end, how long connections have to send what was written to them.
  std::chrono::milliseconds flush_deadline = std::chrono::seconds(5);
  /// Crashes, and failures of drivers, a line each, one call at a time; the parallel VM calls it on
  /// its workers. Empty: to standard error.
  std::function<void(std::string_view)> log{};
  /// As in vm_options; also in a replay.
  vm_listener* listener = nullptr;
  /// Parallel: where the commits are recorded, the values of event sources, and what handlers were
  /// told by the drivers, fresh_symbol() and timer::now_msecs(). Must outlive the call.
  journal* record = nullptr;
  /// As in vm_options; not in a replay.
  reflection* reflect = nullptr;
  /// A recorded run of the same program, to be repeated instead of running: on the functional VM,
  /// commit by commit, without the outside world. No event source is asked; an object that came in
  /// with a value is a stand-in that can do nothing, so as_host() finds none. `kind` and what
  /// belongs to it are passed over.
  const journal* replay = nullptr;
  /// No more of its commits than these.
  std::uint64_t most_replayed = ~std::uint64_t{0};
};

/// Runs a VM with one process made of `boot`, with an event loop in a thread of its own: the
/// functional VM on the calling thread, the parallel VM on its workers.
/// Returns when no process has anything to do and no event source is asked for, or after SIGINT or
/// SIGTERM: then listeners close, and connections send what was written to them.
/// Throws journal_error when a replay cannot be performed, or when something is left to do after
/// it: then the recorded run was none of this program.
SOUK_EXPORT void run_ground_vm(boot_function boot, ground_options options = {});

/// The same, the first process made of actions, a transition or a function as for spawn().
template <class... Parts>
void ground_vm(ground_options options, Parts&&... parts) {
  run_ground_vm(souk::boot(std::forward<Parts>(parts)...), std::move(options));
}
template <class First, class... Rest>
  requires(!std::same_as<std::remove_cvref_t<First>, ground_options>)
void ground_vm(First&& first, Rest&&... rest) {
  run_ground_vm(souk::boot(std::forward<First>(first), std::forward<Rest>(rest)...));
}

}  // namespace souk
