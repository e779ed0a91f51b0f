// An endpoint of a process, and those of a process in their order.
//
// Threads    An endpoint in a table is read by any worker, but for its place among the others,
//            which is changed and read under the VM's writer lock.
// Ownership  Its process owns it; what others have in their queues names it (P2).
#pragma once

#include <souk/action.hpp>

#include "routing/trie.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace souk::parallel {

struct process;

template <class T>
using charged_vector = std::vector<T, detail::account_allocator<T>>;

using detail::charged;

/// Immutable once it is in a table. Its age is its place among the endpoints of its process.
struct endpoint : routing::target, charged {
  endpoint(process& of, const add_endpoint& a, std::uint64_t place)
      : routing::target{a.role.topic, place, number_of(of)},
        orientation{a.role.orientation},
        interest{a.role.interest},
        owner{&of},
        on_event{a.on_event},
        id{a.id} {}

  souk::orientation orientation;
  interest_type interest;
  process* owner;
  handler on_event;
  term id;
  std::unique_ptr<endpoint> next{};  // in a chain

  [[nodiscard]] souk::role role() const { return {orientation, interest, topic}; }

  /// Where `owner` and `on_event` are, which whoever handles a message reads first.
  static constexpr std::size_t read_first = sizeof(routing::target);

 private:
  static std::uint32_t number_of(const process& p) noexcept;
};
static_assert(alignof(endpoint) <= sizeof(std::uint64_t), "see charged");
static_assert(sizeof(endpoint) <= 72, "there may be millions");

/// The table holds them as constant, since others read them; what waits for them is their owner's.
[[nodiscard]] inline endpoint& endpoint_of(const routing::target* one) noexcept {
  return const_cast<endpoint&>(static_cast<const endpoint&>(*one));  // NOLINT(*-const-cast)
}

/// The endpoints of a process by age: one word while there are none.
class endpoint_chain {
 public:
  using link = std::unique_ptr<endpoint>;

  endpoint_chain() noexcept = default;
  endpoint_chain(const endpoint_chain&) = delete;
  endpoint_chain& operator=(const endpoint_chain&) = delete;
  /// One by one: there may be more than a stack has room for.
  ~endpoint_chain() {
    while (!empty()) (void)take(first_);
  }

  [[nodiscard]] bool empty() const noexcept { return first_ == nullptr; }
  /// What holds the one of that id, or the empty link behind the last.
  [[nodiscard]] link& find(const term& id) noexcept {
    link* place = &first_;
    while (*place != nullptr && !((*place)->id == id)) place = &(*place)->next;
    return *place;
  }
  /// Of the next endpoint: after that of all others.
  [[nodiscard]] std::uint64_t next_age() const noexcept {
    const endpoint* last = nullptr;
    for_each([&](endpoint& one) { last = &one; });
    return last == nullptr ? 0 : last->age + 1;
  }
  template <class F>
  void for_each(F f) const {
    for (endpoint* one = first_.get(); one != nullptr; one = one->next.get()) f(*one);
  }
  /// Pre: the place holds one.
  static link take(link& place) noexcept {
    link gone = std::move(place);
    place = std::move(gone->next);
    return gone;
  }
  /// The old one. Pre: the place holds one.
  static link replace(link& place, link fresh) noexcept {
    fresh->next = std::move(place->next);
    return std::exchange(place, std::move(fresh));
  }

 private:
  link first_;
};

}  // namespace souk::parallel
