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
    if (e.asked) e.source->cancel();
  }
}

void subscriptions::add(const role& r) {
  std::shared_ptr<event_source> source = source_of(r);
  if (source == nullptr) return;
  entry& e = by_source_[source.get()];
  if (e.source == nullptr) {
    e.event = r.topic.head();
    e.source = std::move(source);
  }
  ++e.endpoints;
  e.exhausted = false;
  unsettled_.push_back(e.source.get());
}

void subscriptions::remove(const role& r) {
  const std::shared_ptr<event_source> source = source_of(r);
  if (source == nullptr) return;
  const auto place = by_source_.find(source.get());
  if (place == by_source_.end()) return;
  --place->second.endpoints;
  unsettled_.push_back(source.get());
}

void subscriptions::settle() {
  // Taken before the loop: a source may call `ready` at once, but no source changes endpoints.
  for (const event_source* key : std::exchange(unsettled_, {})) {
    const auto place = by_source_.find(key);
    if (place == by_source_.end()) continue;
    entry& e = place->second;
    if (e.endpoints == 0) {
      if (e.asked) {
        by_ticket_.erase(*e.asked);
        e.source->cancel();
      }
      by_source_.erase(place);
    } else if (!e.asked && !e.exhausted) {
      e.asked = ++last_;
      by_ticket_.emplace(last_, key);
      e.source->request([queue = ready_, t = last_] { queue->push(t); });
    }
  }
}

std::optional<term> subscriptions::take(ticket t) {
  const auto place = by_ticket_.find(t);
  if (place == by_ticket_.end()) return std::nullopt;  // cancelled meanwhile, or called twice (E1)
  entry& e = by_source_.at(place->second);
  by_ticket_.erase(place);
  e.asked.reset();
  if (e.endpoints == 0) return std::nullopt;  // settle() is about to remove it (B2)
  std::optional<term> value = e.source->take();
  e.exhausted = !value;
  if (!value) return std::nullopt;
  unsettled_.push_back(e.source.get());  // asked again if it is still wanted then
  return cons(e.event, std::move(*value));
}

}  // namespace souk::ground
