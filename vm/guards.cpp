#include "vm/guards.hpp"

#include <souk/custodian.hpp>
#include <souk/role.hpp>

#include "vm/account_registry.hpp"

#include <algorithm>
#include <mutex>
#include <string>
#include <utility>

namespace souk {

namespace detail {

namespace {

account_registry& registry() { return account_registry::the(); }

}  // namespace

void account::narrow(guard by) {
  auto shared = std::make_shared<const guard>(std::move(by));
  const std::scoped_lock held{registry().tree};
  if (guards_ == nullptr) guards_ = std::make_unique<guard_list>();
  guards_->all.push_back(std::move(shared));
  account_registry::each_below(*this, [](account& a) {
    a.guarded_.store(true, std::memory_order_relaxed);  // relaxed: a matter of time
  });
}

std::vector<std::shared_ptr<const guard>> account::guards() const {
  std::vector<std::shared_ptr<const guard>> all;
  const std::scoped_lock held{registry().tree};
  for (const account* a = this; a != nullptr; a = a->around_) {
    if (a->guards_ != nullptr)
      all.insert(all.end(), a->guards_->all.begin(), a->guards_->all.end());
  }
  return all;
}

}  // namespace detail

namespace {

bool has_host_object(const term& t) {
  const term* rest = &t;  // lists may be of any length
  for (; rest->is(kind::pair); rest = &rest->tail()) {
    if (has_host_object(rest->head())) return true;
  }
  return rest->is(kind::host) ||
         (rest->is_compound() && std::ranges::any_of(rest->parts(), has_host_object));
}

bool allows(const guard& g, const role& r) {
  return (g.host_objects || !has_host_object(r.topic)) && (!g.topic || g.topic(r));
}

std::optional<fault> refuse(const std::string& what) { return fault{"not-permitted: " + what}; }

std::optional<fault> refusal_of(const role& r, const std::string& what,
                                const detail::account& asking) {
  const auto all = asking.guards();
  if (std::ranges::all_of(all, [&](const auto& g) { return allows(*g, r); })) return std::nullopt;
  return refuse(what + ' ' + std::string{to_string(r.orientation)} + ' ' + to_string(r.topic));
}

}  // namespace

std::optional<fault> refusal_of(const action& a, const detail::account& asking) {
  if (!asking.is_guarded()) return std::nullopt;
  if (const auto* added = std::get_if<add_endpoint>(&a.what))
    return refusal_of(added->role, "an endpoint,", asking);
  if (const auto* sent = std::get_if<send_message>(&a.what))
    return refusal_of({sent->orientation, interest_type::participant, sent->body}, "a message,",
                      asking);
  if (std::holds_alternative<spawn_action>(a.what)) {
    const auto all = asking.guards();
    if (std::ranges::any_of(all, [](const auto& g) { return static_cast<bool>(g->topic); }))
      return refuse("a spawn at meta level");
  }
  return std::nullopt;
}

void custodian::narrow(guard by) const { inside_.get()->narrow(std::move(by)); }

bool custodian::may_open(std::string_view path) const {
  return std::ranges::all_of(inside_.get()->guards(),
                             [path](const auto& g) { return !g->path || g->path(path); });
}

bool custodian::allows(const role& r) const {
  return std::ranges::all_of(inside_.get()->guards(),
                             [&r](const auto& g) { return souk::allows(*g, r); });
}

}  // namespace souk
