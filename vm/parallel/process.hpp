// What a shard keeps of a process: its state, its endpoints, what waits for it.
//
// Threads    What is marked W is changed by whoever holds the VM's writer lock, and read by them.
//            What is marked V may be read by any worker that has read it through a version of the
//            table. All else belongs to the worker that runs the home shard.
// Ownership  A process owns its endpoints, present and past. The home shard owns the process.
// P1  An entry names an endpoint of this process, as it was when the event was committed: later
//     updates and deletions do not change who handles it (UPD-1, MSG-6).
// P2  An endpoint is freed when it is in no version of the table that a worker may see, and no
//     entry of a queue or an inbox names it. So is a process that has ended.
// P3  What waits for a process is handled in the order of its commits: first what is in the queue
//     of its shard, at most as much as `room` says, then its backlog.
// P4  A process is away while a handler runs that its shard was taken over from. Its state is then
//     that worker's; `room` is 0, all that waits is in its backlog, and what is handled is queued.
#pragma once

#include <souk/action.hpp>
#include <souk/event.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <variant>
#include <vector>
#include "routing/trie.hpp"
#include "sched/atomic.hpp"

namespace souk::parallel {

struct process;

/// A vector for what few have: one word while it is empty.
template <class T>
class rare_vector {
 public:
  using vector = std::vector<T, detail::account_allocator<T>>;

  [[nodiscard]] bool empty() const noexcept { return all_ == nullptr || all_->empty(); }
  /// Makes it, if need be.
  [[nodiscard]] vector& get() {
    if (all_ == nullptr) all_ = std::make_unique<vector>();
    return *all_;
  }
  [[nodiscard]] std::span<const T> view() const noexcept {
    return all_ == nullptr ? std::span<const T>{} : std::span<const T>{*all_};
  }

 private:
  std::unique_ptr<vector> all_;
};

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
};

struct errand : charged {
  process* owner;
  std::variant<settle_in, resume, greet_child, greet_outer_child, commit_later, registered_event,
               sign, bury, inject, arrival, arrival_of_child, hand_out, stop, stop_inside, stop_own,
               inside_is_idle, outbox_filled, receipt_from_inside, move_in, rejoin>
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

/// Entries in their order: one word while there are none, and memory in pieces as they come and go.
class backlog {
 public:
  [[nodiscard]] bool empty() const noexcept { return all_ == nullptr; }
  [[nodiscard]] std::uint32_t size() const noexcept {
    return all_ == nullptr ? 0 : static_cast<std::uint32_t>(all_->size());
  }
  template <class... Arguments>
  void emplace(Arguments&&... arguments) {
    if (all_ == nullptr) all_ = std::make_unique<pieces>();
    all_->emplace_back(std::forward<Arguments>(arguments)...);
  }
  /// Pre: not empty.
  [[nodiscard]] entry& front() noexcept { return all_->front(); }
  void pop() noexcept {
    all_->pop_front();
    if (all_->empty()) all_.reset();
  }

 private:
  using pieces = std::deque<entry, detail::account_allocator<entry>>;
  std::unique_ptr<pieces> all_;  // null: none
};

/// A parent's continuation that waits for a spawn in the VM around (VM-7).
struct waiting_continuation {
  std::uint64_t number;
  spawn_continuation k;
};

/// In which shard a process lives, by version of the table: here since some version, elsewhere
/// before. One word, so that a reader never sees half a move.
///
/// Threads    at(): any. move(): under the writer lock and the inboxes of both shards, before the
///            version is published; and not again before no worker can be in an older version.
class residence {
 public:
  static constexpr unsigned most_shards = 1U << 12;

  explicit residence(unsigned shard) noexcept : word_{pack(shard, shard, 0)} {}

  [[nodiscard]] unsigned at(std::uint64_t version) const noexcept {
    // relaxed: who has read that version sees what was written before it was published; and what a
    // later version brings does not matter here.
    const std::uint64_t word = word_.load(std::memory_order_relaxed);
    return static_cast<unsigned>((version >= word >> since_at ? word : word >> width) & mask);
  }
  [[nodiscard]] unsigned latest() const noexcept {
    // acquire <- move: what was done to the process before it moved.
    return static_cast<unsigned>(word_.load(std::memory_order_acquire) & mask);
  }
  void move(unsigned shard, std::uint64_t version) noexcept {
    word_.store(pack(shard, latest(), version), std::memory_order_release);  // -> latest
  }

 private:
  static constexpr unsigned width = 12;
  static constexpr unsigned since_at = 2 * width;
  static constexpr std::uint64_t mask = most_shards - 1;
  static_assert(most_shards == 1U << width);

  static std::uint64_t pack(unsigned now, unsigned before, std::uint64_t since) noexcept {
    return since << since_at | std::uint64_t{before} << width | now;
  }

  sched::atomic<std::uint64_t> word_;
};

struct process : charged {
  process(pid who, term named, unsigned shard) : home{shard}, self{who}, name{std::move(named)} {}

  /// Nothing waits for it.
  [[nodiscard]] bool is_quiet() const noexcept { return arrived == handled; }
  /// How many of its entries are in the queue of its shard (P4).
  [[nodiscard]] std::uint32_t queued() const noexcept { return arrived - handled - backlog.size(); }
  /// Whether what had arrived when that was `arrived` is handled.
  [[nodiscard]] bool has_handled(std::uint32_t mark) const noexcept {
    return static_cast<std::int32_t>(handled - mark) >= 0;
  }

  /// What comes later waits until what has come is handled, or until the process is back.
  template <class... Arguments>
  void put_aside(Arguments&&... arguments) {
    backlog.emplace(std::forward<Arguments>(arguments)...);
    room = 0;
  }

  // What each message touches comes first: with the eight bytes before it, one line of the caches.
  residence home;
  /// V: the id of the first version in which it is dead.
  sched::atomic<std::uint64_t> dead_from{never};
  std::uint32_t arrived = 0;  ///< entries, modulo 2^32
  std::uint32_t handled = 0;  ///< of these
  /// Who sent it the last message that was committed here: they move together.
  std::uint32_t last_sender = nobody;
  /// So many entries may stand in the queue; 0 while there is a backlog, or it is away.
  std::uint16_t room = turn;
  bool is_gone : 1 = false;     // it has ended or was collected, and only waits to be freed
  bool is_settled : 1 = false;  // among the processes of its shard
  bool is_noted : 1 = false;    // may be collected
  bool is_vm : 1 = false;       // constant after its boot
  bool is_away : 1 = false;     // P4
  bool has_endpoints : 1 = false;
  detail::state_box state{};
  parallel::backlog backlog;                         // P3
  std::vector<std::unique_ptr<endpoint>> endpoints;  // W, by age

  pid self;
  term name;
  rare_vector<std::unique_ptr<endpoint>> meta_endpoints;  // W, by age
  std::uint64_t next_age = 0;                             // W
  rare_vector<waiting_continuation> waiting;
  std::uint64_t next_continuation = 0;
  std::uint64_t moved = 0;  // the stamp of its last move
  std::uint32_t place = 0;  // among the processes of its shard

  static constexpr std::uint16_t turn = 256;  ///< in the queue: others are never far behind
  static constexpr std::uint32_t nobody = std::numeric_limits<std::uint32_t>::max();
  static constexpr std::uint64_t never = std::numeric_limits<std::uint64_t>::max();
  /// It is about to end itself: who wants to kill it waits until that is certain, or called off.
  static constexpr std::uint64_t ending = never - 1;
};

static_assert(alignof(process) <= sizeof(std::uint64_t), "see charged");
static_assert(offsetof(process, backlog) <= 56, "one line of the caches");
static_assert(alignof(endpoint) <= sizeof(std::uint64_t), "see charged");
static_assert(alignof(errand) <= sizeof(std::uint64_t), "see charged");

inline std::uint32_t endpoint::number_of(const process& p) noexcept { return p.self.number; }

}  // namespace souk::parallel
