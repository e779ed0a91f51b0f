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

#include "sched/atomic.hpp"
#include "vm/custody.hpp"
#include "vm/parallel/entry.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <limits>
#include <memory>
#include <span>
#include <utility>
#include <vector>

namespace souk::parallel {

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

/// An endpoint that events of the VM around reach: its own topic is its key in the table.
struct outer_endpoint {
  std::unique_ptr<endpoint> here;
  term topic;  // there

  [[nodiscard]] souk::role role() const { return {here->orientation, here->interest, topic}; }
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
  /// What few have.
  struct rarities : charged {
    term name{};  // constant
    charged_vector<waiting_continuation> waiting{};
    std::uint64_t next_continuation = 0;
    detail::bindings bound{};            // constant
    std::shared_ptr<custody> kept_in{};  // null: nothing. Constant until it is removed.
    bool is_rejoining = false;           // if it is kept: what came of its handler is in the queue
    // While somebody looks: all that it handled, as far as seen, and its time in handlers.
    std::uint64_t handled = 0;
    std::chrono::nanoseconds busy{0};
  };

  process(pid who, const term& named, unsigned shard) : home{shard}, self{who} {
    if (!named.is_false()) make_rare().name = named;
  }

  [[nodiscard]] term name() const noexcept { return rare == nullptr ? term{} : rare->name; }
  /// Of its own; empty: as the VM's.
  [[nodiscard]] const detail::bindings& bound() const noexcept {
    return rare == nullptr ? nothing_bound : rare->bound;
  }
  /// What it was put in custody of; null: nothing.
  [[nodiscard]] std::shared_ptr<custody> kept_in() const noexcept {
    return rare == nullptr ? nullptr : rare->kept_in;
  }
  /// Before it is known to anybody. Never more than one entry of it is in the queue then: what
  /// waits behind that it pays for.
  void keep_in(std::shared_ptr<custody> in) {
    make_rare().kept_in = std::move(in);
    is_kept = true;
    room = 1;
  }
  [[nodiscard]] rarities& make_rare() {
    if (rare == nullptr) rare = std::make_unique<rarities>();
    return *rare;
  }
  [[nodiscard]] bool has_waiting() const noexcept {
    return rare != nullptr && !rare->waiting.empty();
  }

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
  /// Who sent it the last message that was committed here, or, before its first turn, spawned it:
  /// they move together.
  std::uint32_t last_sender = nobody;
  /// So many entries may stand in the queue; 0 while there is a backlog, while it is away, before
  /// its first turn, and while children of it wait for theirs.
  std::uint16_t room = turn;
  bool is_gone : 1 = false;     // it handles nothing more: ended, collected, or cut off
  bool is_cut_off : 1 = false;  // in an ending VM: it is not told of anything, even of its end
  bool is_settled : 1 = false;  // among the processes of its shard
  bool is_noted : 1 = false;    // may be collected
  bool is_vm : 1 = false;       // constant after its boot
  bool is_away : 1 = false;     // P4
  bool has_endpoints : 1 = false;
  bool awaits_children : 1 = false;  // their first turns, before its next
  bool is_kept = false;  // in custody: constant until it is removed. Its killer reads it, too
  detail::state_box state{};
  parallel::backlog backlog;  // P3
  endpoint_chain endpoints;   // W

  pid self;
  rare_vector<outer_endpoint> meta_endpoints;  // W, by age
  std::unique_ptr<rarities> rare{};            // null: none of that
  std::uint64_t moved = 0;                     // the stamp of its last move
  std::uint32_t place = 0;                     // among the processes of its shard
  std::uint32_t calls = 0;                     // of its functions, if somebody watches

  inline static const detail::bindings nothing_bound{};
  static constexpr std::uint16_t turn = 256;  ///< in the queue: others are never far behind
  static constexpr std::uint32_t nobody = std::numeric_limits<std::uint32_t>::max();
  static constexpr std::uint64_t never = std::numeric_limits<std::uint64_t>::max();
  /// It is about to end itself: who wants to kill it waits until that is certain, or called off.
  static constexpr std::uint64_t ending = never - 1;
};

static_assert(alignof(process) <= sizeof(std::uint64_t), "see charged");
static_assert(offsetof(process, backlog) <= 56, "one line of the caches");
static_assert(sizeof(process) <= 120, "with what a charged block has in front, two lines");

inline std::uint32_t endpoint::number_of(const process& p) noexcept { return p.self.number; }

}  // namespace souk::parallel
