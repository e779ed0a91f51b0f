// What comes from outside the outermost VM while it runs, and how who brings it learns that it has
// been handled.
//
// A receipt is shared by all who have something to handle, and dropped by each when its handler has
// run and what that answered is committed. An event that goes into a nested VM takes it along, and
// it comes out behind what was sent out. When the last is dropped, all is committed, outside too.
#include "vm/parallel/shard.hpp"

#include <mutex>
#include <utility>

namespace souk::parallel {

// Counted as active: who asks whether the VM is idle must not miss what no queue holds yet.
void machine::deliver(const message_maker& take) {
  const detail::account_scope paying{payer_};
  activate();
  try {
    outside_->commit_from_outside(take);
  } catch (...) {
    deactivate();
    throw;
  }
  deactivate();
}

void machine::spread(const receipt& handled) {
  const detail::account_scope paying{payer_};
  for (const auto& s : shards_) s->push_from_outside(&s->agent(), hand_out{handled});
}

void machine::send_out(receipt handled) {
  if (around_ != nullptr) tell_container(receipt_from_inside{std::move(handled)});
}

// With the writer lock the table is the current one until the end, and in use: so nothing in it can
// be freed, though this thread is no worker.
void shard::commit_from_outside(const message_maker& take) {
  const std::scoped_lock writing{vm_.writer()};
  const table& now = *vm_.load_table();
  const std::optional<delivery> brought = take();
  if (!brought) return;
  plan_.clear(now.id);
  const send_message& sent = brought->message;
  for (const routing::target* const one : find_receivers(sent, now)) {
    endpoint& to = endpoint_of(one);
    plan_.errand_for(*to.owner, registered_event{&to, event::message(sent.orientation, sent.body),
                                                 brought->handled});
  }
  action_list recorded;
  if (record_ != nullptr) recorded.emplace_back(brought->as_recorded.value_or(sent));
  (void)find_homes(false);
  lock_homes();
  const std::uint64_t stamp = take_stamp();
  note(agent_, {commit_kind::injection, &recorded}, now.id, stamp);
  push_plan(false);
  unlock_homes();
}

void shard::pass_inside(process& p, const receipt& handled) {
  if (machine* const inside = machine_in(p); inside != nullptr) inside->spread(handled);
}

void shard::give_to_all(const receipt& handled) {
  for (const auto& p : processes_) {
    // relaxed: who is dead, or about to be, is not waited for.
    if (p->dead_from.load(std::memory_order_relaxed) != process::never) continue;
    machine* const inside = machine_in(*p);
    if (!p->is_quiet() || (inside != nullptr && inside->is_active()))
      deliver(std::make_unique<errand>(p.get(), sign{handled}));
  }
}

}  // namespace souk::parallel
