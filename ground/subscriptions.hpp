// Which event sources the processes of the ground VM ask for, and which have been asked.
//
// The VM tells of endpoints as they come and go, inside its commits; settle() then asks the sources
// that are newly wanted, and cancels those that nobody wants any more.
//
// Threads    The ground VM's.
// B1  A source has at most one request under way, and only while an endpoint subscribes to it.
// B2  A value is taken only for a source that is subscribed to at that moment: what nobody wants
//     stays in the source (E2).
#pragma once

#include <souk/ground.hpp>

#include <cstddef>
#include <memory>
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

  /// An endpoint of that role is there, or gone. Roles that ask for no event are passed over.
  void add(const role& r);
  void remove(const role& r);
  /// Makes requests and cancellations follow what is subscribed to now.
  void settle();
  /// Nothing is asked for that could still happen. (A source that has no more is not asked, though
  /// somebody subscribes to it.) Pre: settled.
  [[nodiscard]] bool empty() const noexcept { return by_ticket_.empty(); }

  /// The message of a source that called `ready`: (source . value). Nothing if it is not wanted any
  /// more, or has no more.
  [[nodiscard]] std::optional<term> take(ticket t);

 private:
  struct entry {
    term event;
    std::shared_ptr<event_source> source;
    std::size_t endpoints = 0;
    std::optional<ticket> asked{};
    bool exhausted = false;
  };

  /// The source that a role asks for; null if it asks for none.
  [[nodiscard]] static std::shared_ptr<event_source> source_of(const role& r);

  std::shared_ptr<ready_queue> ready_;
  std::unordered_map<const event_source*, entry> by_source_;
  std::unordered_map<ticket, const event_source*> by_ticket_;
  std::vector<const event_source*> unsettled_;
  ticket last_ = 0;
};

}  // namespace souk::ground
