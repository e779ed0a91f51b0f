#include "ground/subscriptions.hpp"

namespace souk::ground {

// Subscribers that take part, with a topic (source . ?): extract-ground-event-subscriptions of the
// original.
std::shared_ptr<event_source> subscriptions::source_of(const role& r) {
  if (r.orientation != orientation::subscriber || r.interest != interest_type::participant)
    return nullptr;
  if (!r.topic.is(kind::pair)) return nullptr;
  // The host object was made of a source that may be changed (host_event).
  return std::const_pointer_cast<event_source>(r.topic.head().as_host<event_source>());
}

subscriptions::~subscriptions() {
  for (auto& [key, e] : by_source_) {
    if (e.asked && !e.in_hand) e.source->cancel();
  }
}

bool subscriptions::note(const role& r, bool is_there) {
  std::shared_ptr<event_source> source = source_of(r);
  if (source == nullptr) return false;
  const std::scoped_lock held{lock_};
  if (is_there) ++came_;
  changes_.push_back({std::move(source), r.topic.head(), is_there, came_});
  return changes_.size() == 1;
}

void subscriptions::absorb_changes() {
  std::vector<change> changes;
  {
    const std::scoped_lock held{lock_};
    changes.swap(changes_);
  }
  for (change& c : changes) {
    const event_source* const key = c.source.get();
    entry& e = by_source_[key];
    if (e.source == nullptr) {
      e.event = std::move(c.event);
      e.source = std::move(c.source);
      e.number = c.number;
    }
    if (c.is_there) {
      ++e.endpoints;
      e.exhausted = false;
    } else {
      --e.endpoints;
    }
    unsettled_.push_back(key);
  }
}

void subscriptions::settle() {
  absorb_changes();
  // Taken before the loop: a source may call `ready` at once, but no source changes endpoints.
  for (const event_source* key : std::exchange(unsettled_, {})) {
    if (const auto place = by_source_.find(key); place != by_source_.end()) settle(place->second);
  }
}

void subscriptions::settle(entry& e) {
  if (e.in_hand) return;  // done() comes back to it
  if (e.endpoints == 0) {
    if (e.asked) {
      forget_request(e);
      e.source->cancel();
    }
    by_source_.erase(e.source.get());
  } else if (std::exchange(e.missed, false)) {
    ready_->push(*e.asked);
  } else if (!e.asked && !e.exhausted) {
    ask(e);
  }
}

void subscriptions::ask(entry& e) {
  e.asked = ++last_;
  by_ticket_.emplace(last_, e.source.get());
  if (!e.source->keeps_running()) ++not_waited_for_;
  e.source->request([queue = ready_, t = last_] { queue->push(t); });
}

void subscriptions::forget_request(entry& e) {
  by_ticket_.erase(*e.asked);
  e.asked.reset();
  if (!e.source->keeps_running()) --not_waited_for_;
}

std::optional<subscriptions::taken> subscriptions::take(ticket t) {
  absorb_changes();
  const auto place = by_ticket_.find(t);
  if (place == by_ticket_.end()) return std::nullopt;  // cancelled meanwhile, or called twice (E1)
  entry& e = by_source_.at(place->second);
  if (e.endpoints == 0) {  // B2: settle() cancels it, or comes back to it if it is wanted again
    e.missed = true;
    unsettled_.push_back(e.source.get());
    return std::nullopt;
  }
  forget_request(e);
  std::optional<term> value = e.source->take();
  e.exhausted = !value;
  if (!value) return std::nullopt;
  e.asked = ++last_;
  e.in_hand = true;
  by_ticket_.emplace(last_, e.source.get());
  return taken{cons(e.event, std::move(*value)), last_, e.number};
}

bool subscriptions::done(ticket t) {
  const auto place = by_ticket_.find(t);
  if (place == by_ticket_.end()) return false;
  entry& e = by_source_.at(place->second);
  if (!e.in_hand) return false;
  by_ticket_.erase(place);
  e.asked.reset();
  e.in_hand = false;
  unsettled_.push_back(e.source.get());  // asked again if it is still wanted then
  return true;
}

}  // namespace souk::ground
