#include "tools/inspect/watch.hpp"

#include "tools/inspect/view.hpp"

namespace souk::inspect {
namespace {

constexpr std::chrono::milliseconds interval{500};
/// Endpoints are looked at for a single process only.
constexpr look_options how_to_look{.at_most = interval, .endpoints = false};

}  // namespace

watch::watch(const reflection& mirror) : mirror_{mirror}, looking_{[this] { run(); }} {}

watch::~watch() {
  end();
  looking_.join();
}

void watch::end() {
  const std::scoped_lock held{lock_};
  is_over_ = true;
  news_.notify_all();
}

bool watch::sleep(std::chrono::milliseconds how_long) {
  std::unique_lock held{lock_};
  return !news_.wait_for(held, how_long, [this] { return is_over_; });
}

watch::viewer::viewer(watch& of) : of_{of} {
  of_.mirror_.measure(true);
  const std::scoped_lock held{of_.lock_};
  ++of_.viewers_;
  of_.news_.notify_all();
}

watch::viewer::~viewer() {
  of_.mirror_.measure(false);
  const std::scoped_lock held{of_.lock_};
  --of_.viewers_;
}

std::optional<watch::sight> watch::viewer::after(std::uint64_t number) {
  std::unique_lock held{of_.lock_};
  of_.news_.wait(held, [&] { return of_.is_over_ || of_.last_.number > number; });
  if (of_.is_over_) return std::nullopt;
  return of_.last_;
}

void watch::run() {
  std::unique_lock held{lock_};
  while (!is_over_) {
    news_.wait(held, [this] { return is_over_ || viewers_ > 0; });
    held.unlock();
    snapshot before = mirror_.look(how_to_look);
    held.lock();
    while (!is_over_ && viewers_ > 0) {
      news_.wait_for(held, interval, [this] { return is_over_; });
      if (is_over_) return;
      held.unlock();
      snapshot now = mirror_.look(how_to_look);
      std::string text = text_of(view_of(before, now));
      before = std::move(now);
      held.lock();
      last_ = {last_.number + 1, std::move(text)};
      news_.notify_all();
    }
  }
}

}  // namespace souk::inspect
