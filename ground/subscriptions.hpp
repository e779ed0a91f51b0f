// Which event sources the processes of the ground VM ask for, and which have been asked.
//
// The VM tells of endpoints as they come and go, inside its commits; settle() then asks the sources
// that are newly wanted, and cancels those that nobody wants any more.
//
//     absent --add--> asked --ready, take()--> in hand --done()--> asked ...
//
// Threads    add(), remove(): any. The rest: the ground VM's.
// B1  A source has at most one request under way, and only while an endpoint subscribes to it; and
//     none while a value of it is in hand.
// B2  A value is taken only for a source that is subscribed to at that moment, if no endpoint comes
//     or goes during take(): what nobody wants stays in the source (E2).
// B3  Endpoints that ask for a source are counted as they come; a source's number is that of one of
//     them. So a run with the same commits gives it the same number, or another of its own.
#pragma once

#include <souk/ground.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <vector>

#include "ground/ready_queue.hpp"

namespace souk::ground {

class subscriptions {
 public:
  explicit subscriptions(std::shared_ptr<ready_queue> ready) : ready_{std::move(ready)} {}
  ~subscriptions();
  subscriptions(const subscriptions&) = delete;
  subscriptions& operator=(const subscriptions&) = delete;

  /// An endpoint of that role is there, or gone. Roles that ask for no event are passed over. True:
  /// the first that settle() has to look at.
  bool add(const role& r) { return note(r, true); }
  bool remove(const role& r) { return note(r, false); }
  /// Makes requests and cancellations follow what is subscribed to now.
  void settle();
  /// Nothing is asked for that could still happen and is to be waited for. (A source that has no
  /// more is not asked, though somebody subscribes to it.) Pre: settled.
  [[nodiscard]] bool empty() const noexcept { return by_ticket_.size() == not_waited_for_; }

  struct taken {
    term message;  ///< (source . value)
    ticket receipt;
    std::uint64_t source_number;  ///< B3
  };
  /// The value of a source that called `ready`. Nothing if it is not wanted any more, or has no
  /// more.
  [[nodiscard]] std::optional<taken> take(ticket t);
  /// The value with that receipt has been handled. False: it is no receipt.
  bool done(ticket t);

  /// The source that a role asks for; null if it asks for none.
  [[nodiscard]] static std::shared_ptr<event_source> source_of(const role& r);

 private:
  struct change {
    std::shared_ptr<event_source> source;
    term event;
    bool is_there;
    std::uint64_t number;  // of the endpoint, if it is there
  };
  struct entry {
    term event;
    std::shared_ptr<event_source> source;
    std::uint64_t number = 0;
    std::size_t endpoints = 0;
    std::optional<ticket> asked{};  // or of the value in hand
    bool in_hand = false;
    bool missed = false;  // it was ready when nobody wanted its value
    bool exhausted = false;
  };

  bool note(const role& r, bool is_there);
  void absorb_changes();
  void ask(entry& e);
  void forget_request(entry& e);
  void settle(entry& e);

  std::shared_ptr<ready_queue> ready_;
  std::mutex lock_;
  std::vector<change> changes_;  // lock_
  std::uint64_t came_ = 0;       // lock_: endpoints
  std::unordered_map<const event_source*, entry> by_source_;
  std::unordered_map<ticket, const event_source*> by_ticket_;
  std::vector<const event_source*> unsettled_;
  std::size_t not_waited_for_ = 0;  // of by_ticket_: requests that keep nobody running
  ticket last_ = first_free_ticket;
};

}  // namespace souk::ground
