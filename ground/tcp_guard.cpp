// Which TCP conversations a guard allows, by their topics.
#include <souk/pattern.hpp>
#include <souk/role.hpp>
#include <souk/tcp.hpp>

#include <utility>

namespace souk::tcp {
namespace {

enum class answer : std::uint8_t { no, yes, not_ours };

/// Whether we may be `ours`, with `theirs` at the other end.
answer may_be(const term& ours, const term& theirs, const permissions& p) {
  if (const auto port = ours.as<listener>())
    return p.listen && p.listen(port->port) ? answer::yes : answer::no;
  if (!ours.as<handle>()) return answer::not_ours;
  const auto peer = theirs.as<address>();
  return peer && p.connect && p.connect(peer->host, peer->port) ? answer::yes : answer::no;
}

/// An end that is left open could be anybody's: one of the two must be ours.
bool allows(const term& topic, const permissions& p) {
  if (!intersection(topic, make_record("tcp-channel", _, _, _))) return true;
  if (!topic.is(kind::record)) return false;
  const term& source = topic.parts()[0];
  const term& destination = topic.parts()[1];
  const answer first = may_be(source, destination, p);
  const answer second = may_be(destination, source, p);
  return first != answer::no && second != answer::no &&
         (first == answer::yes || second == answer::yes);
}

}  // namespace

std::function<bool(const role&)> allow_only(permissions those) {
  return [those = std::move(those)](const role& r) { return allows(r.topic, those); };
}

}  // namespace souk::tcp
