// A transition of messages, each for one process of this shard or for nobody, of yields, and of the
// quit of a process without endpoints: each goes into the queue as soon as its receiver is found,
// without a plan. Where that turns out to be impossible what was queued is taken back, and the
// transition is planned.
#include "vm/parallel/shard.hpp"

#include <exception>

namespace souk::parallel {

namespace {

/// Its body is in the queue. (One that was #f from the start reaches nobody, TOP-6.)
bool is_queued(const send_message& a) noexcept { return a.body.is_false(); }

}  // namespace

[[gnu::always_inline]] inline bool shard::queue_message(process& p, send_message& a) {
  const receiver known = find_receiver(a, *snap_);
  if (known.to != nullptr) [[likely]]
    return queue_message_for(known, p, a);
  const auto receivers = find_receivers(a, *snap_);
  if (receivers.size() != 1) return receivers.empty();
  endpoint& to = endpoint_of(receivers.front());
  return queue_message_for({&to, to.owner}, p, a);
}

inline bool shard::queue_message_for(receiver one, process& p, send_message& a) {
  if (!lives_here(*one.owner, snap_->id) || !has_room_for(*one.owner)) return false;
  queue_.emplace(entry_kind::message, *one.to, a.orientation, interest_type::participant,
                 std::move(a.body));
  ++one.owner->arrived;
  if (notes_senders_) one.owner->last_sender = p.self.number;
  return true;
}

bool shard::queue_resumption(process& p, const yield_action& a) {
  if (!has_room_for(p)) return false;
  queue_.emplace(std::make_unique<errand>(&p, resume{a.k}));
  ++p.arrived;
  return true;
}

// Nobody sees the end of a process without endpoints, so it changes no table. Whoever kills it
// marks it dead in the same way: one of us is first. A killer that comes too late takes its stamp
// after that, hence after ours; and if we are late, a change will find the process dead.

bool shard::ends_unseen(const process& p, const action& a) noexcept {
  const auto* const q = std::get_if<quit>(&a.what);
  return q != nullptr && !a.at_meta_level && (!q->who || *q->who == p.self) &&
         p.endpoints.empty() && p.meta_endpoints.empty();
}

/// False: it is dead already, or will be.
bool shard::mark_dead(process& p, std::uint64_t as) noexcept {
  sched::hooks::step();
  std::uint64_t alive = process::never;
  // acq_rel: what the killer did, or what we did.
  return p.dead_from.compare_exchange_strong(alive, as, std::memory_order_acq_rel);
}

bool shard::queue_end(process& p, const quit& a) {
  if (!has_room_for(p)) return false;
  queue_.emplace(std::make_unique<errand>(&p, bury{reason{a.why}}));
  if (!mark_dead(p, 0)) {
    queue_.pop_back();
    return false;
  }
  ++p.arrived;
  return true;
}

[[gnu::always_inline]] inline bool shard::queue_in_passing(process& p, action& a) {
  if (a.at_meta_level) return false;
  if (auto* const message = std::get_if<send_message>(&a.what); message != nullptr) [[likely]]
    return !message->body.is_false() && queue_message(p, *message);
  if (const auto* const y = std::get_if<yield_action>(&a.what); y != nullptr)
    return queue_resumption(p, *y);
  return ends_unseen(p, a) && queue_end(p, std::get<quit>(a.what));
}

/// False: it cannot be done here, and nothing was done.
bool shard::commit_in_passing(process& p, action_list& all) {
  if (snap_ == nullptr) open_epoch();
  if (is_dead(p, *snap_)) return true;
  action* next = all.begin();
  bool done = true;
  try {
    while (done && next != all.end()) {
      done = queue_in_passing(p, *next);
      if (done && std::holds_alternative<quit>(next->what)) break;  // QUI-1: the rest is dropped
      if (done) ++next;
    }
  } catch (const std::exception&) {
    done = false;  // the plan meets it again, and knows what to do
  }
  if (!done) {
    unqueue(all.begin(), next);
  } else if (record_ != nullptr) {
    note_local(p);
  }
  return done;
}

/// The last first.
void shard::unqueue(action* first, action* last) noexcept {
  while (last != first) {
    --last;
    auto* const message = std::get_if<send_message>(&last->what);
    if (message != nullptr && !is_queued(*message)) continue;  // for nobody
    --queue_.back().owner().arrived;
    if (message != nullptr) message->body = std::move(queue_.back().topic());
    queue_.pop_back();
  }
}

}  // namespace souk::parallel
