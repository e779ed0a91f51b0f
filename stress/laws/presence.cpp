// Presence and absence at each endpoint, by their topics; and in the end, whether those are present
// who are there.
#include "stress/laws.hpp"

#include <unordered_map>

namespace souk::stress {
namespace {

using namespace literals;

/// By role: how many are present.
using present = std::unordered_map<term, std::int64_t>;
using by_endpoint = std::unordered_map<term, present>;

std::string at(pid who, const term& id) {
  return "process " + name_of(who) + ", at its endpoint " + to_string(id) + ", ";
}

/// Of the peers of an endpoint, what it would be told of each.
present expected(const role& own, const std::vector<std::pair<role, std::int64_t>>& all) {
  present out;
  for (const auto& [peer, times] : all) {
    if (!sees(own.interest, peer.interest)) continue;
    if (auto shared = common_topic(own, peer); shared)
      out[to_term({peer.orientation, peer.interest, std::move(*shared)})] += times;
  }
  return out;
}

/// What is open in each VM in the end.
std::unordered_map<std::uint64_t, std::vector<std::pair<role, std::int64_t>>> open_roles(
    const evidence& e) {
  std::unordered_map<std::uint64_t, std::vector<std::pair<role, std::int64_t>>> out;
  for (const auto& [who, roles] : e.open()) {
    for (const auto& [told, times] : roles) {
      if (times == 0) continue;
      const role r{told.head() == symbol{to_string(orientation::publisher)}
                       ? orientation::publisher
                       : orientation::subscriber,
                   told.tail().head() == symbol{to_string(interest_type::observer)}
                       ? interest_type::observer
                       : interest_type::participant,
                   told.tail().tail().head()};
      out[who.vm].emplace_back(r, times);
    }
  }
  return out;
}

std::optional<std::string> compare(pid who, const term& id, const present& seen,
                                   const present& there) {
  for (const auto& [role, times] : there) {
    const auto found = seen.find(role);
    const std::int64_t told = found == seen.end() ? 0 : found->second;
    if (told != times) {
      return at(who, id) + "knows of " + std::to_string(told) + " " + to_string(role) +
             ", and there are " + std::to_string(times);
    }
  }
  for (const auto& [role, times] : seen) {
    if (times != 0 && !there.contains(role))
      return at(who, id) + "knows of " + to_string(role) + ", and there is none";
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> check_presence(const evidence& e) {
  std::unordered_map<pid, by_endpoint> seen;
  for (const auto& [who, all] : e.observed()) {
    for (const observation& one : all) {
      if (one.what == event_kind::message) continue;
      std::int64_t& times = seen[who][one.endpoint][one.role];
      times += one.what == event_kind::presence ? 1 : -1;
      if (times < 0)
        return at(who, one.endpoint) +
               "was told of an absence without a presence: " + to_string(one.role);
    }
  }
  if (!e.is_at_rest()) return std::nullopt;
  const auto all_open = open_roles(e);
  for (const auto& file : e.files().all()) {
    // Who kills is not told of what he ended (QUI-3).
    if (file->has_killed || !e.has_survived(file->who)) continue;
    const auto in_vm = all_open.find(file->who.vm);
    if (in_vm == all_open.end()) continue;
    for (const term& id : file->open) {
      if (is_outside(id)) continue;  // its peers are elsewhere
      const present there = expected(role_of(id, file->who), in_vm->second);
      if (auto wrong = compare(file->who, id, seen[file->who][id], there); wrong) return wrong;
    }
  }
  return std::nullopt;
}

std::optional<std::string> check_ends(const evidence& e) {
  for (const auto& [who, why] : e.reasons()) {
    if (!is_foreseen(e.of(), why))
      return "process " + name_of(who) + " ended for a reason that nobody gave: " + to_string(why);
  }
  return std::nullopt;
}

}  // namespace souk::stress
