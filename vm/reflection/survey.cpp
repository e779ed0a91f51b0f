#include "vm/reflection/survey.hpp"

#include <iterator>

namespace souk {

survey::hold survey::begin(std::shared_ptr<survey> of, std::function<void()> finished) {
  survey* const seen = of.get();
  return {seen, [of = std::move(of), finished = std::move(finished)](survey*) {
            of->finish();
            if (finished) finished();
          }};
}

namespace {

template <class T>
void append(std::vector<T>& to, std::vector<T>& some) {
  to.insert(to.end(), std::make_move_iterator(some.begin()), std::make_move_iterator(some.end()));
}

}  // namespace

void survey::add(part said) {
  const std::scoped_lock held{lock_};
  ++answered_;
  if (is_taken_) return;
  seen_.handled += said.handled;
  seen_.left_out += said.left_out;
  append(seen_.processes, said.processes);
  append(seen_.flows, said.flows);
  append(seen_.slow_calls, said.slow_calls);
}

void survey::finish() {
  const std::scoped_lock held{lock_};
  is_complete_ = true;
  news_.notify_all();
}

snapshot survey::take() {
  const auto deadline = std::chrono::steady_clock::now() + how_.at_most;
  std::unique_lock held{lock_};
  news_.wait_until(held, deadline, [this] { return is_complete_; });
  is_taken_ = true;
  seen_.unanswered = asked_.load(std::memory_order_relaxed) - answered_;  // relaxed: a figure
  return std::exchange(seen_, {});
}

}  // namespace souk
