#include "vm/reflection/core.hpp"

#include <souk/error.hpp>
#include <souk/event.hpp>

#include "vm/account_registry.hpp"

#include <algorithm>
#include <utility>

namespace souk {

namespace {

/// For those who have heard of it to say so.
constexpr std::chrono::milliseconds patience_of_a_killer{1000};

}  // namespace

void reflection::core::attach(subject& shown) {
  const std::scoped_lock held{lock_};
  if (shown_ != nullptr)
    throw usage_error{"a reflection shows one VM at a time: give each VM one of its own"};
  shown_ = &shown;
}

void reflection::core::detach(subject& shown) noexcept {
  const std::scoped_lock held{lock_};
  if (shown_ == &shown) shown_ = nullptr;
}

void reflection::core::ring(std::function<void()> bell) {
  const std::scoped_lock held{lock_};
  bell_ = std::move(bell);
}

bool reflection::core::ask(const inquiry& what) {
  const std::scoped_lock held{lock_};
  if (shown_ == nullptr) return false;
  shown_->ask(what);
  if (what.to_quit != nullptr && bell_) bell_();
  return true;
}

std::shared_ptr<survey> reflection::core::begin_look(const look_options& how,
                                                     std::function<void()> finished) {
  auto of = std::make_shared<survey>(how);
  (void)ask({survey::begin(of, std::move(finished))});
  return of;
}

snapshot reflection::core::end_look(survey& of) {
  snapshot seen = of.take();
  std::ranges::sort(seen.processes, {}, &process_view::self);
  if (of.how().custodians) seen.custodians = detail::account_registry::the().list();
  const std::scoped_lock held{lock_};
  seen.is_there = shown_ != nullptr;
  if (shown_ != nullptr) {
    seen.workers = shown_->workers();
    seen.running = shown_->running();
  }
  seen.at = std::chrono::steady_clock::now();
  return seen;
}

bool reflection::core::kill(pid who, const term& why) {
  const auto wanted = std::make_shared<order>(who, why);
  const auto heard =
      std::make_shared<survey>(look_options{.at_most = patience_of_a_killer, .custodians = false});
  if (!ask({survey::begin(heard), wanted})) return false;
  (void)heard->take();
  return wanted->is_done();
}

void reflection::core::measure(bool on) {
  // relaxed: they only count; who reads them reads nothing through them.
  const std::uint32_t step = on ? 1U : ~0U;
  measuring_.fetch_add(step, std::memory_order_relaxed);
  watching_.fetch_add(step, std::memory_order_relaxed);
}

void reflection::core::publish_followed() {
  auto all = std::make_shared<pids>();
  for (const auto& [who, trail] : trails_) all->push_back(who);
  followed_ = std::move(all);
}

void reflection::core::follow(pid who) {
  const std::scoped_lock held{trails_lock_};
  if (!trails_.try_emplace(who).second) return;
  publish_followed();
  watching_.fetch_add(1, std::memory_order_relaxed);  // relaxed: as in measure()
}

void reflection::core::unfollow(pid who) {
  const std::scoped_lock held{trails_lock_};
  if (trails_.erase(who) == 0) return;
  publish_followed();
  watching_.fetch_sub(1, std::memory_order_relaxed);  // relaxed: as in measure()
}

std::shared_ptr<const reflection::core::pids> reflection::core::followed() const {
  const std::scoped_lock held{trails_lock_};
  return followed_;
}

bool reflection::core::is_followed(pid who) const {
  return std::ranges::binary_search(*followed(), who);
}

void reflection::core::note(pid who, std::string what) {
  const std::scoped_lock held{trails_lock_};
  const auto found = trails_.find(who);
  if (found == trails_.end()) return;
  trail& its = found->second;
  if (its.events.size() == most_followed) {
    its.events.pop_front();
    ++its.lost;
  }
  its.events.push_back({std::chrono::system_clock::now(), std::move(what)});
}

reflection::followed reflection::core::take_followed(pid who) {
  const std::scoped_lock held{trails_lock_};
  const auto found = trails_.find(who);
  if (found == trails_.end()) return {};
  trail& its = found->second;
  reflection::followed taken{{its.events.begin(), its.events.end()}, std::exchange(its.lost, 0)};
  its.events.clear();
  return taken;
}

std::string shortened(std::string text, std::size_t most) {
  if (text.size() <= most) return text;
  while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xc0U) == 0x80U) --most;
  text.resize(most);  // not within a character
  return text + "...";
}

std::string text_of_call(const term& endpoint_id, const event& what) {
  const char* const kind = what.which() == event_kind::message    ? "message "
                           : what.which() == event_kind::presence ? "presence "
                                                                  : "absence ";
  return kind + shortened(to_string(what.topic())) + " at " + shortened(to_string(endpoint_id), 40);
}

// The handle.

reflection::reflection() : inside_{std::make_unique<core>()} {}
reflection::~reflection() = default;

snapshot reflection::look(const look_options& how) const {
  return inside_->end_look(*inside_->begin_look(how));
}
bool reflection::kill(pid who, const term& why) const { return inside_->kill(who, why); }
void reflection::measure(bool on) const { inside_->measure(on); }
void reflection::follow(pid who) const { inside_->follow(who); }
void reflection::unfollow(pid who) const { inside_->unfollow(who); }
reflection::followed reflection::take_followed(pid who) const {
  return inside_->take_followed(who);
}

std::vector<meeting> meetings(const snapshot& in, pid of) {
  std::vector<meeting> found;
  const auto self = std::ranges::find(in.processes, of, &process_view::self);
  if (self == in.processes.end()) return found;
  for (const endpoint_view& mine : self->endpoints) {
    if (mine.is_at_meta_level) continue;
    for (const process_view& other : in.processes) {
      if (other.self.vm != of.vm) continue;
      for (const endpoint_view& its : other.endpoints) {
        if (its.is_at_meta_level) continue;
        if (auto topic = common_topic(mine.what, its.what))
          found.push_back({mine.id, other.self, its.id, std::move(*topic)});
      }
    }
  }
  return found;
}

}  // namespace souk
