#include <souk/endpoint.hpp>

#include <algorithm>
#include <string>

namespace souk {
namespace {

/// The clauses of an endpoint as one handler: the first that fits.
struct first_that_fits {
  detail::charged_vector<detail::clause> clauses;

  bool operator()(const event& e, detail::state_box& state, actions& out) const {
    for (const detail::clause& c : clauses) {
      if (c.on != e.which()) continue;
      const bool applies = std::ranges::all_of(
          c.when, [&](const detail::condition& holds) { return holds(e, state); });
      if (applies && c.run(e, state, out)) return true;
    }
    return false;
  }
};

}  // namespace

add_endpoint endpoint::build() const {
  if (clauses_.size() == 1 && clauses_.front().when.empty()) {
    return {id_, role_, clauses_.front().run};
  }
  return {id_, role_, handler{first_that_fits{clauses_}}};
}

endpoint endpoint::match_orientation(orientation o) && {
  return std::move(*this).narrow(
      [o](const event& e, detail::state_box&) { return e.role().orientation == o; });
}

endpoint endpoint::match_interest_type(interest_type i) && {
  return std::move(*this).narrow(
      [i](const event& e, detail::state_box&) { return e.role().interest == i; });
}

endpoint endpoint::match_conversation(term pattern) && {
  return std::move(*this).narrow(
      [p = std::move(pattern)](const event& e, detail::state_box&) { return fits(e.topic(), p); });
}

endpoint endpoint::match_reason(term pattern) && {
  return std::move(*this).narrow([p = std::move(pattern)](const event& e, detail::state_box&) {
    return e.which() != event_kind::absence || fits(e.why().value, p);
  });
}

namespace detail {

meta_actions lift(actions plain) {
  meta_actions lifted{std::move(plain).take()};
  for (action& a : lifted.all) {
    if (a.at_meta_level) {
      throw usage_error{
          "at_meta_level() of an at-meta-level action: it reaches one level up. To go further, "
          "spawn a relay process "
          "in the VM around this one"};
    }
    if (std::holds_alternative<yield_action>(a.what)) {
      throw usage_error{
          "at_meta_level() of a yield: a process yields in its own VM only; write the yield beside "
          "at_meta_level(), "
          "not inside"};
    }
    a.at_meta_level = true;
  }
  return lifted;
}

}  // namespace detail
}  // namespace souk
