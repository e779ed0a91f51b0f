// What waits for a process: events for its endpoints, and errands.
//
// Threads    An endpoint in a table is read by any worker; all else belongs to whoever holds it.
// Ownership  An entry owns its errand or crowd; it names endpoints, which their processes own (P2).
#pragma once

#include <souk/action.hpp>
#include <souk/event.hpp>

#include "routing/trie.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

namespace souk::parallel {

struct process;

template <class T>
using charged_vector = std::vector<T, detail::account_allocator<T>>;

/// Shared by who still has something to handle, and dropped by each when that is done and
/// committed: with the last it ends.
using receipt = std::shared_ptr<const void>;

/// What is made of it on the heap is charged to the VM. Its alignment is that of a word at most.
struct charged {
  static void* operator new(std::size_t size) {
    return detail::account_allocator<std::byte>{}.allocate(size);
  }
  static void operator delete(void* memory, std::size_t size) noexcept {
    detail::account_allocator<std::byte>{}.deallocate(static_cast<std::byte*>(memory), size);
  }
};

/// Immutable once it is in a table. Its age is its place among the endpoints of its process.
struct endpoint : routing::target, charged {
  endpoint(process& of, const add_endpoint& a, std::uint64_t place)
      : routing::target{a.role.topic, place, number_of(of)},
        owner{&of},
        on_event{a.on_event},
        orientation{a.role.orientation},
        interest{a.role.interest},
        id{a.id} {}

  process* owner;
  handler on_event;
  souk::orientation orientation;
  interest_type interest;
  term id;
  /// Of an endpoint in the VM around: its topic there. (`topic` is then its key in the table.)
  term outer_topic{};

  [[nodiscard]] souk::role role() const { return {orientation, interest, topic}; }

 private:
  static std::uint32_t number_of(const process& p) noexcept;
};

/// The table holds them as constant, since others read them; what waits for them is their owner's.
[[nodiscard]] inline endpoint& endpoint_of(const routing::target* one) noexcept {
  return const_cast<endpoint&>(static_cast<const endpoint&>(*one));  // NOLINT(*-const-cast)
}

// Errands: what a process does that no endpoint handles, in its place in the queue.

/// The first turn of a process, whose boot function has run: its first actions.
struct settle_in {
  action_list first;
};
struct resume {  // YLD-1
  continuation k;
};
struct greet_child {  // SPN-1
  spawn_continuation k;
  pid child;
};
/// The same for a child outside, known by the number of the waiting continuation (VM-7).
struct greet_outer_child {
  std::uint64_t number;
  pid child;
};
/// Actions that wait for their commit: of a nested VM outside (VM-3), or the quit of a crash.
struct commit_later {
  action_list all;
};
/// An event whose sender wants a receipt. (All others are entries without an errand.)
struct registered_event {
  endpoint* to;
  event what;
  receipt handled;
};
/// All that it had waiting before is handled.
struct sign {
  receipt handled;
};
/// The process has ended: nothing comes after this.
struct bury {
  reason why;
};

// Errands of a shard's agent, the process that stands for what is outside the VM.
struct inject {  // INJ-1
  action_list messages;
};
/// An event of the VM around, for the endpoint that a process has there (VM-2).
struct arrival {
  std::uint32_t number;
  term id;
  event what;
  receipt handled;  // null: nobody wants one
};
/// The child that an at-meta-level spawn made.
struct arrival_of_child {
  std::uint32_t number;
  std::uint64_t continuation_number;
  pid child;
};
/// A copy of the receipt for each process here that has something to handle now.
struct hand_out {
  receipt handled;
};
/// The VM is over (VM-6).
struct stop {};
/// All shards know that, so nothing more is committed: the VMs inside come next.
struct stop_inside {};
// For a process that is a nested VM.
/// After all that it was told.
struct stop_own {};
// News from the VM inside a process.
struct inside_is_idle {
  std::uint32_t number;
};
struct outbox_filled {
  std::uint32_t number;
};
/// Its custodian is to be shut down.
struct end_wanted {
  std::uint32_t number;
};
/// It has handled what the receipt is for, and what it sent out then came before.
struct receipt_from_inside {
  receipt handled;
};

struct move_in {};  // from another shard, with all that it has
/// What came of the handler that the shard was taken over from.
struct rejoin {
  action_list answer;
  std::optional<fault> failure;
  receipt handled;
  bool is_refused;  ///< memory: nothing came of it
};

struct errand : charged {
  process* owner;
  std::variant<settle_in, resume, greet_child, greet_outer_child, commit_later, registered_event,
               sign, bury, inject, arrival, arrival_of_child, hand_out, stop, stop_inside, stop_own,
               inside_is_idle, outbox_filled, end_wanted, receipt_from_inside, move_in, rejoin>
      what;

  errand(process* p, decltype(what) w) : owner{p}, what{std::move(w)} {}
};

/// Who in one shard hears the same message, in their order: so the message waits there once.
struct crowd : charged {
  charged_vector<endpoint*> members{};
};

enum class entry_kind : std::uint8_t { nothing, message, crowd, presence, absence, reason, errand };

/// What waits in a queue or an inbox: 32 bytes. An absence is followed by its reason.
class entry {
 public:
  entry() noexcept = default;
  entry(entry_kind k, endpoint& to, souk::orientation o, interest_type i, term&& topic) noexcept
      : for_{.to = &to}, topic_{std::move(topic)}, kind_{k}, orientation_{o}, interest_{i} {}
  /// A message for all of them. Pre: there are any, and all live in one shard.
  entry(std::unique_ptr<crowd> all, souk::orientation o, term body) noexcept
      : for_{.all = all.release()},
        topic_{std::move(body)},
        kind_{entry_kind::crowd},
        orientation_{o} {}
  entry(std::unique_ptr<errand> job) noexcept  // NOLINT(google-explicit-constructor)
      : for_{.job = job.release()}, kind_{entry_kind::errand} {}
  entry(entry&& other) noexcept
      : for_{other.for_},
        topic_{std::move(other.topic_)},
        kind_{std::exchange(other.kind_, entry_kind::nothing)},
        orientation_{other.orientation_},
        interest_{other.interest_} {}
  entry& operator=(entry&& other) noexcept {
    if (this != &other) {
      std::destroy_at(this);
      new (this) entry{std::move(other)};
    }
    return *this;
  }
  entry(const entry&) = delete;
  entry& operator=(const entry&) = delete;
  ~entry() {
    if (kind_ == entry_kind::errand) {
      delete for_.job;
    } else if (kind_ == entry_kind::crowd) {
      delete for_.all;
    }
  }

  [[nodiscard]] entry_kind which() const noexcept { return kind_; }
  /// Whom it is for; of a crowd, the first of them.
  [[nodiscard]] process& owner() const noexcept {
    if (kind_ == entry_kind::errand) return *for_.job->owner;
    if (kind_ == entry_kind::crowd) return *for_.all->members.front()->owner;
    return *for_.to->owner;
  }
  /// Pre: an errand.
  [[nodiscard]] std::unique_ptr<errand> take_job() && noexcept {
    kind_ = entry_kind::nothing;
    return std::unique_ptr<errand>{for_.job};
  }
  /// Pre: for a crowd.
  [[nodiscard]] std::unique_ptr<crowd> take_all() && noexcept {
    kind_ = entry_kind::nothing;
    return std::unique_ptr<crowd>{for_.all};
  }
  /// Pre: an errand.
  template <class What>
  [[nodiscard]] bool is() const noexcept {
    return std::holds_alternative<What>(for_.job->what);
  }
  /// Where what it is about begins.
  [[nodiscard]] const void* subject_address() const noexcept { return for_.to; }
  /// Pre: neither an errand nor for a crowd.
  [[nodiscard]] endpoint& to() const noexcept { return *for_.to; }
  /// Pre: for a crowd.
  [[nodiscard]] crowd& all() const noexcept { return *for_.all; }
  [[nodiscard]] souk::orientation orientation() const noexcept { return orientation_; }
  [[nodiscard]] interest_type interest() const noexcept { return interest_; }
  [[nodiscard]] term& topic() noexcept { return topic_; }

 private:
  union subject {
    endpoint* to = nullptr;
    errand* job;
    crowd* all;
  };

  subject for_{};
  term topic_;
  entry_kind kind_ = entry_kind::nothing;
  souk::orientation orientation_{};
  interest_type interest_{};
};
static_assert(sizeof(entry) == 32);

static_assert(alignof(endpoint) <= sizeof(std::uint64_t), "see charged");
static_assert(alignof(errand) <= sizeof(std::uint64_t), "see charged");

}  // namespace souk::parallel
