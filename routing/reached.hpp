// Which targets of the leaves of a walk a body reaches.
#pragma once

#include <souk/pattern.hpp>

#include "routing/branch.hpp"
#include "routing/linear.hpp"

namespace souk::routing {

/// Of each leaf, gives what is reached to `out`: out(const target*) or out(const bunch_node&). Says
/// what decides that: out.read(part), out.compared(topic) and out.unified().
template <class Out>
class reached {
 public:
  reached(const term& body, Out& out) noexcept
      : body_{body}, ground_{body.is_ground()}, out_{out} {}

  void read(const term& part) noexcept { out_.read(part); }

  /// A leaf that is alike, of the edge of `b` that a part of the ground body is the token of. What
  /// decides is compared, be it with another topic.
  void alike(const branch_node& b, const term& part, link leaf) {
    out_.compared(leaf.only().topic);
    const auto met = reaches_but_for(part, body_, b.extra().model);
    if (met.has_value() ? *met : reaches_linear(body_, leaf.only().topic)) out_(&leaf.only());
  }
  void operator()(link leaf) {
    const certainty sureness = leaf.sureness();
    if (!leaf.is_bunch()) {
      if (is_sure(sureness) || reaches(leaf.only(), sureness)) out_(&leaf.only());
    } else if (sureness == certainty::loose) {
      leaf.bunch().for_each([this](const target* t) {
        if (reaches(*t, certainty::loose)) out_(t);
      });
    } else if (is_sure(sureness) || reaches(leaf.bunch().any(), sureness)) {
      out_(leaf.bunch());
    }
  }

 private:
  [[nodiscard]] bool is_sure(certainty sureness) const noexcept {
    return sureness == certainty::sure && ground_;
  }
  [[nodiscard]] bool reaches(const target& t, certainty sureness) const {
    if (ground_ && sureness != certainty::loose) {
      out_.compared(t.topic);
      return reaches_linear(body_, t.topic);
    }
    out_.unified();
    return ground_ ? reaches_any(body_, t.topic) : matches(body_, t.topic);
  }

  const term& body_;
  bool ground_;
  Out& out_;
};

}  // namespace souk::routing
