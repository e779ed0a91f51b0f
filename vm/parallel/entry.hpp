// What waits for a process: events for its endpoints, and errands.
//
// Threads    An endpoint in a table is read by any worker; all else belongs to whoever holds it.
// Ownership  An entry owns its errand or crowd; it names endpoints, which their processes own (P2).
#pragma once

#include <souk/action.hpp>
#include <souk/event.hpp>

#include "vm/parallel/endpoint.hpp"
#include "vm/reflection/survey.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <variant>

namespace souk::parallel {

/// Shared by who still has something to handle, and dropped by each when that is done and
/// committed: with the last it ends.
using receipt = std::shared_ptr<const void>;

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
/// Its custodian is to be shut down, or one that some of its processes are in custody of.
struct end_wanted {
  std::uint32_t number;
};
/// So are some of the processes here, which are in custody.
struct end_of_custody {};
/// It has handled what the receipt is for, and what it sent out then came before.
struct receipt_from_inside {
  receipt handled;
};

/// What is asked of all parts of all VMs: mirror.cpp.
struct inquire {
  inquiry what;
};
/// The order of an inquiry, for the shard where its process lives.
struct obey_order {
  inquiry what;
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
               inside_is_idle, outbox_filled, end_wanted, end_of_custody, receipt_from_inside,
               inquire, obey_order, move_in, rejoin>
      what;

  errand(process* p, decltype(what) w) : owner{p}, what{std::move(w)} {}
};

/// Who in one shard hears the same message, in their order: so the message waits there once.
struct crowd : charged {
  charged_vector<endpoint*> members{};
};

enum class entry_kind : std::uint8_t { nothing, message, crowd, presence, absence, reason, errand };

/// What waits in a queue or an inbox: 24 bytes. An absence is followed by its reason.
class entry {
 public:
  entry() noexcept = default;
  entry(entry_kind k, endpoint& to, souk::orientation o, interest_type i, term&& topic) noexcept
      : word_{pack(&to, k, o, i)}, topic_{std::move(topic)} {}
  /// A message for all of them. Pre: there are any, and all live in one shard.
  entry(std::unique_ptr<crowd> all, souk::orientation o, term body) noexcept
      : word_{pack(all.release(), entry_kind::crowd, o)}, topic_{std::move(body)} {}
  entry(std::unique_ptr<errand> job) noexcept  // NOLINT(google-explicit-constructor)
      : word_{pack(job.release(), entry_kind::errand)} {}
  entry(entry&& other) noexcept
      : word_{std::exchange(other.word_, 0)}, topic_{std::move(other.topic_)} {}
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
    if (which() == entry_kind::errand) {
      delete &job();
    } else if (which() == entry_kind::crowd) {
      delete &all();
    }
  }

  [[nodiscard]] entry_kind which() const noexcept {
    return static_cast<entry_kind>(word_ >> kind_at);
  }
  /// Whom it is for; of a crowd, the first of them.
  [[nodiscard]] process& owner() const noexcept {
    if (which() == entry_kind::errand) return *job().owner;
    if (which() == entry_kind::crowd) return *all().members.front()->owner;
    return *to().owner;
  }
  /// Pre: an errand.
  [[nodiscard]] std::unique_ptr<errand> take_job() && noexcept {
    std::unique_ptr<errand> taken{&job()};
    word_ = 0;
    return taken;
  }
  /// Pre: for a crowd.
  [[nodiscard]] std::unique_ptr<crowd> take_all() && noexcept {
    std::unique_ptr<crowd> taken{&all()};
    word_ = 0;
    return taken;
  }
  /// Pre: an errand.
  template <class What>
  [[nodiscard]] bool is() const noexcept {
    return std::holds_alternative<What>(job().what);
  }
  /// Of an endpoint: what is read first when the entry is handled. Of anything else: some address.
  [[nodiscard]] const void* address_ahead() const noexcept {
    return address<std::byte>() + endpoint::read_first;
  }
  /// Pre: neither an errand nor for a crowd.
  [[nodiscard]] endpoint& to() const noexcept { return *address<endpoint>(); }
  /// Pre: for a crowd.
  [[nodiscard]] crowd& all() const noexcept { return *address<crowd>(); }
  [[nodiscard]] souk::orientation orientation() const noexcept {
    return static_cast<souk::orientation>(word_ >> orientation_at & 1);
  }
  [[nodiscard]] interest_type interest() const noexcept {
    return static_cast<interest_type>(word_ >> interest_at & 3);
  }
  [[nodiscard]] term& topic() noexcept { return topic_; }

 private:
  // The address of what it is about: user space ends below 2^56 wherever there are 64 bits. Above
  // it interest, orientation and kind.
  static constexpr unsigned interest_at = 56;
  static constexpr unsigned orientation_at = 58;
  static constexpr unsigned kind_at = 59;
  static constexpr std::uint64_t address_mask = (std::uint64_t{1} << interest_at) - 1;

  static std::uint64_t pack(const void* subject, entry_kind k, souk::orientation o = {},
                            interest_type i = {}) noexcept {
    return reinterpret_cast<std::uintptr_t>(subject) |
           std::uint64_t{static_cast<std::uint8_t>(k)} << kind_at |
           std::uint64_t{static_cast<std::uint8_t>(o)} << orientation_at |
           std::uint64_t{static_cast<std::uint8_t>(i)} << interest_at;
  }
  template <class T>
  [[nodiscard]] T* address() const noexcept {
    return reinterpret_cast<T*>(word_ & address_mask);  // NOLINT(performance-no-int-to-ptr)
  }
  [[nodiscard]] errand& job() const noexcept { return *address<errand>(); }

  std::uint64_t word_ = 0;  // 0: nothing
  term topic_;
};
static_assert(sizeof(entry) == 24);

static_assert(alignof(errand) <= sizeof(std::uint64_t), "see charged");

}  // namespace souk::parallel
