// A transition with changes of endpoints, under the writer lock: a new version of the table.
//
// Actions are performed one after the other on the version in the making; a message between two
// changes is looked up between them (MSG-6). Nothing is seen until the new version is published,
// while the inboxes of all who receive something are locked.
#pragma once

#include "vm/parallel/shard.hpp"

#include <memory>
#include <utility>
#include <vector>

namespace souk::parallel {

class shard::change {
 public:
  change(shard& at, process& self, const table& from);

  /// False: `self` is no more, and the rest of the transition is dropped (QUI-1).
  void perform_all(const action_list& all);

  /// Whether the table changes at all.
  [[nodiscard]] bool has_changed() const noexcept { return changed_; }
  /// Locks, publishes, pushes, unlocks.
  void commit(const occasion& what);

 private:
  enum class news : std::uint8_t { presence, absence };

  [[nodiscard]] bool perform(const action& a);
  [[nodiscard]] std::unique_ptr<endpoint> make_endpoint(const add_endpoint& a, std::uint64_t age);
  void count_endpoints(const process& of, std::int32_t more) noexcept;
  void add(const add_endpoint& a);
  void update(std::unique_ptr<endpoint>& place, const add_endpoint& a);
  void erase(const delete_endpoint& a);
  [[nodiscard]] bool end(const quit& a);
  void end(process& gone, const reason& why);
  void lift(const add_endpoint& a);
  void lift(const delete_endpoint& a);

  void announce(endpoint& changed, news what, const reason& why);
  void introduce(endpoint& local, const endpoint& peer, const term& topic, news what,
                 const reason& why);
  void take_out(endpoint& gone, const reason& why);

  shard& at_;
  process& self_;
  const table& from_;
  std::unique_ptr<table> next_;
  routing::graveyard nodes_;
  std::vector<std::unique_ptr<endpoint>> replaced_;
  std::vector<std::pair<const routing::target*, term>> met_;
  std::int32_t more_endpoints_ = 0;
  bool changed_ = false;
};

}  // namespace souk::parallel
