#include "vm/parallel/observation.hpp"

#include <algorithm>

namespace souk::parallel {

bool observation::begin_quantum() {
  now_ = {};
  weight_ = mirror_.is_measuring() ? sampler_.next() : 0;
  if (weight_ > 0) began_ = clock::now();
  followed_ = mirror_.followed();
  return weight_ > 0 || !followed_->empty();
}

void observation::end_quantum(unsigned handled) {
  if (weight_ == 0) return;
  const auto now = clock::now();
  close(now);
  sampler_.took(handled, now - began_);
  weight_ = 0;
}

bool observation::is_followed(const process& p) const noexcept {
  return std::ranges::binary_search(*followed_, p.self);
}

void observation::call(process& p, const endpoint& to, const event& what) {
  if (is_followed(p)) mirror_.note(p.self, text_of_call(to.id, what));
  if (weight_ == 0) return;
  begin(p, &to, &what);
  if (what.which() == event_kind::message && p.last_sender != process::nobody)
    all_.add_flow(p.last_sender, p.self.number, weight_);
}

void observation::call(process& p) {
  if (is_followed(p)) mirror_.note(p.self, "continuation");
  if (weight_ > 0) begin(p, nullptr, nullptr);
}

void observation::begin(process& p, const endpoint* to, const event* what) {
  const auto now = clock::now();
  close(now);
  now_ = {&p, now, to, what == nullptr ? std::nullopt : std::optional{*what}};
}

void observation::close(clock::time_point now) {
  if (now_.who == nullptr) return;
  charge(*now_.who, now_, now - now_.since, weight_);
  now_ = {};
}

void observation::charge(process& p, const open_call& of, clock::duration took, unsigned times) {
  p.make_rare().busy += took * times;
  if (took < slow) return;
  all_.add_slow(p.self, of.to == nullptr ? "continuation" : text_of_call(of.to->id, *of.what),
                took);
}

void observation::leave_behind(process& p) {
  if (!mirror_.is_measuring()) return;
  if (now_.who != &p) now_ = {.who = &p, .since = clock::now()};
  away_.push_back(std::exchange(now_, {}));
  sampler_.hurry();  // calls are long here
}

void observation::welcome_back(process& p) {
  const auto found = std::ranges::find(away_, &p, &open_call::who);
  if (found == away_.end()) return;
  charge(p, *found, clock::now() - found->since, 1);
  away_.erase(found);
}

}  // namespace souk::parallel
