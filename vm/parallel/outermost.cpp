#include "vm/parallel/outermost.hpp"

#include <algorithm>
#include <memory>
#include <thread>
#include <utility>

namespace souk::parallel {

namespace {

#if defined(__SANITIZE_THREAD__)
constexpr bool sanitizes_threads = true;
#elif defined(__has_feature)
constexpr bool sanitizes_threads = __has_feature(thread_sanitizer);
#else
constexpr bool sanitizes_threads = false;
#endif

std::unique_ptr<sched::executor> make_executor(const vm_options& options, unsigned workers) {
  const executor_kind best =
      sanitizes_threads ? executor_kind::threads : executor_kind::tbb;  // it cannot see into TBB
  const executor_kind kind = options.executor == executor_kind::best ? best : options.executor;
  return kind == executor_kind::tbb ? sched::make_arena_executor(workers, options.priority)
                                    : sched::make_thread_executor(workers);
}

unsigned workers_of(const vm_options& options) {
  return options.workers != 0 ? options.workers : std::max(1U, std::thread::hardware_concurrency());
}

}  // namespace

outermost::outermost(boot_function boot, const vm_options& options, surroundings around)
    : boot_{std::move(boot)},
      common_{make_executor(options, workers_of(options)), options, workers_of(options),
              std::move(around)},
      root_{common_} {
  if (common_.mirror != nullptr) common_.mirror->attach(*this);
}

outermost::~outermost() {
  if (common_.mirror != nullptr) common_.mirror->detach(*this);
  if (!boot_) root_.stop();
  root_.wait_until_idle();  // also before the first call: somebody may have looked
  root_.disown();
  if (boot_) return;
  root_.wait_until_idle();  // a custodian may have been shut down just before
  common_.stop_workers();
}

void outermost::begin() {
  if (!boot_) return;
  root_.boot(std::exchange(boot_, {}));
  detail::account::enforce_limits();
}

void outermost::wait_until_idle() {
  begin();
  root_.wait_until_idle();
  if (is_to_end()) root_.close_resources();
}

void outermost::inject(std::span<const send_message> messages) {
  begin();
  root_.inject(messages);
  detail::account::enforce_limits();
}

bool outermost::is_active() {
  root_.ask_for_idle_news();
  return root_.is_active();
}

void outermost::deliver(const message_maker& take) {
  root_.deliver(take);
  detail::account::enforce_limits();
}

void outermost::begin_round(const receipt& handled) { root_.spread(handled); }

}  // namespace souk::parallel
