// Every interleaving of the commit protocol, in small scenarios made from seeds: each must come to
// what the sequential VM comes to by some order, that of the stamps. And with each way to break the
// protocol some interleaving must not.
//
// States that were seen are known by a hash of 64 bits: among some 10^6 the odds that two of them
// share one are 1 to 10^7.
#include "tests/model/protocol.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <iostream>
#include <sstream>
#include <unordered_set>
#include <utility>

namespace souk::model {
namespace {

std::uint64_t hash_of(const state& at) {
  std::array<byte, sizeof at> bytes{};
  std::memcpy(bytes.data(), &at, sizeof at);
  std::uint64_t hash = 0x9e3779b97f4a7c15U;
  for (std::size_t i = 0; i < bytes.size(); i += sizeof hash) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data() + i, std::min(sizeof word, bytes.size() - i));
    hash = (hash ^ word) * 0xd6e8feb86659fd93U;
    hash ^= hash >> 32;
  }
  return hash;
}

/// All that can follow from a beginning, until something is wrong. That only the stamps are, is
/// kept in mind.
class exploration {
 public:
  exploration(const protocol& of, std::size_t most) : of_{of}, most_{most} {}

  [[nodiscard]] verdict run() {
    const verdict found = from(of_.begin());
    return found == verdict::fine && wrong_stamps_ ? verdict::wrong_stamps : found;
  }
  [[nodiscard]] std::size_t states() const { return seen_.size(); }
  [[nodiscard]] bool is_complete() const { return seen_.size() < most_; }
  /// The shards whose steps led to the verdict.
  [[nodiscard]] const std::string& way() const { return way_; }

 private:
  /// No way is so long, unless it goes on for ever.
  static constexpr std::size_t longest = 400;

  verdict from(const state& at) {
    if (way_.size() > longest) return verdict::stuck;
    if (!is_complete() || !seen_.insert(hash_of(at)).second) return verdict::fine;
    bool stuck = true;
    for (byte s = 0; s < of_.in.shards; ++s) {
      std::vector<state> next;
      of_.step(at, s, next);
      for (const state& one : next) {
        stuck = false;
        way_.push_back(static_cast<char>('0' + s));
        if (const verdict v = from(one); v != verdict::fine) return v;
        way_.pop_back();
      }
    }
    if (!is_over(at)) return stuck ? verdict::stuck : verdict::fine;
    const verdict end = judge(of_.in, at);
    wrong_stamps_ = wrong_stamps_ || end == verdict::wrong_stamps;
    return end == verdict::wrong_stamps ? verdict::fine : end;
  }

  const protocol& of_;
  std::size_t most_;
  std::unordered_set<std::uint64_t> seen_;
  std::string way_;
  bool wrong_stamps_ = false;
};

struct result {
  verdict found = verdict::fine;
  std::string scenario;  ///< that shows it
  std::string way;
  std::size_t states = 0;
  unsigned complete = 0;  ///< scenarios of which every state was seen
  unsigned cut_short = 0;
};

constexpr std::size_t most_states = 60'000;

/// Adds one scenario, in both variants of the protocol. False: no order explains what came of it.
bool look_at(const scenario& in, flaw how, result& all) {
  for (const bool straight : {true, false}) {
    const protocol by{in, how, straight};
    exploration each{by, most_states};
    verdict found{};
    try {
      found = each.run();
    } catch (const too_large&) {
      ++all.cut_short;
      continue;
    }
    all.states += each.states();
    ++(each.is_complete() ? all.complete : all.cut_short);
    if (found == verdict::fine) continue;
    all.found = found;
    all.way = each.way();
    if (found != verdict::wrong_stamps) return false;
  }
  return true;
}
/// The written scenarios, and then what seeds make, until one shows that something is wrong.
result look(flaw how, std::uint64_t seeds) {
  result all;
  std::size_t number = 0;
  for (const scenario& in : written_scenarios()) {
    all.scenario = "written scenario " + std::to_string(number++);
    if (!look_at(in, how, all)) return all;
  }
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    all.scenario = "seed " + std::to_string(seed);
    if (!look_at(random_scenario(seed), how, all)) return all;
  }
  return all;
}
std::ostream& operator<<(std::ostream& out, const result& all) {
  out << to_string(all.found) << "; " << all.complete << " scenarios whole, " << all.cut_short
      << " cut short, " << all.states << " states";
  if (all.found != verdict::fine)
    out << "; " << all.scenario << ", the shards that step: " << all.way;
  return out;
}

TEST(Protocol, EveryInterleavingComesToWhatOneOrderOfTransitionsComesTo) {
  const result all = look(flaw::none, 60);
  EXPECT_EQ(all.found, verdict::fine) << all;
  EXPECT_GT(all.complete, 80U);
  std::cout << all << '\n';
}

struct named_flaw {
  flaw how;
  const char* name;
};
class ProtocolFlaw : public ::testing::TestWithParam<named_flaw> {};

TEST_P(ProtocolFlaw, Shows) {
  const result all = look(GetParam().how, 200);
  EXPECT_NE(all.found, verdict::fine) << all;
  EXPECT_NE(all.found, verdict::wrong_stamps) << "no order was wrong without stamps; " << all;
  std::cout << GetParam().name << ": " << all << '\n';
}

INSTANTIATE_TEST_SUITE_P(
    Each, ProtocolFlaw,
    ::testing::Values(named_flaw{flaw::word_before_table, "WordBeforeTable"},
                      named_flaw{flaw::table_after_drain, "TableAfterDrain"},
                      named_flaw{flaw::word_means_filled, "WordMeansFilled"},
                      named_flaw{flaw::no_word_check, "NoWordCheck"},
                      named_flaw{flaw::epoch_kept, "EpochKept"},
                      named_flaw{flaw::epoch_kept_for_nobody, "EpochKeptForNobody"},
                      named_flaw{flaw::no_validation, "NoValidation"},
                      named_flaw{flaw::old_lookup, "OldLookup"},
                      named_flaw{flaw::one_lock_at_a_time, "OneLockAtATime"},
                      named_flaw{flaw::locks_not_ascending, "LocksNotAscending"},
                      named_flaw{flaw::publish_after_unlock, "PublishAfterUnlock"},
                      named_flaw{flaw::publish_before_last_lock, "PublishBeforeLastLock"},
                      named_flaw{flaw::dead_check_before_load, "DeadCheckBeforeLoad"},
                      named_flaw{flaw::committed_in_parts, "CommittedInParts"},
                      named_flaw{flaw::one_exchange_per_change, "OneExchangePerChange"},
                      named_flaw{flaw::sends_in_old_table, "SendsInOldTable"},
                      named_flaw{flaw::sends_in_new_table, "SendsInNewTable"},
                      named_flaw{flaw::own_events_unlocked, "OwnEventsUnlocked"},
                      named_flaw{flaw::own_news_unlocked, "OwnNewsUnlocked"},
                      named_flaw{flaw::own_shard_unlocked, "OwnShardUnlocked"},
                      named_flaw{flaw::straight_in_old_table, "StraightInOldTable"},
                      named_flaw{flaw::actions_after_quit, "ActionsAfterQuit"},
                      named_flaw{flaw::dead_check_before_writer, "DeadCheckBeforeWriter"},
                      named_flaw{flaw::move_unpublished, "MoveUnpublished"},
                      named_flaw{flaw::move_locks_apart, "MoveLocksApart"},
                      named_flaw{flaw::move_leaves_entries, "MoveLeavesEntries"}),
    [](const auto& which) { return std::string{which.param.name}; });

}  // namespace
}  // namespace souk::model
