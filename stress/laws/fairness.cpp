// How long somebody waits, in virtual time: events and continuations handled by all. With one
// worker nobody is held up by the system, so there is a bound, by how a VM is run:
//
// - A shard handles what waits in the order in which it came. Of one process at most a turn stands
//   in that order; the rest comes behind, a turn at a time. So before an event that stands there,
//   or will when its process has handled the one before it, stand no more than a turn of each
//   process of the VM.
// - A parent goes on when its children have had their first turns. Those of all that are spawned
//   may come before, with a few entries of the queue between two of them.
// - A shard goes on for a quantum, and then it is the turn of the others that have something to do,
//   each for a quantum. There is one for each VM.
// - What came during a quantum is found at the next one.
#include "stress/laws.hpp"

#include <algorithm>
#include <unordered_map>

namespace souk::stress {

std::uint64_t most_between(bool is_scattered, std::uint64_t processes, std::uint64_t vms) {
  // vm_options::seed: quanta of 1 to 8, turns of up to 3.
  const std::uint64_t turn = is_scattered ? 3 : 256;
  const std::uint64_t longest_quantum = is_scattered ? 8 : 1024;
  // It ends with 128 things to free; on average a change of a process of ours leaves fewer than 16.
  const std::uint64_t shortest_quantum = is_scattered ? 1 : 8;
  const std::uint64_t with_first_turns = 9 * processes;  // each, and eight entries
  // The VM's own agent is one, too.
  const std::uint64_t before = turn * (processes + 1) + with_first_turns;
  const std::uint64_t quanta = before / shortest_quantum + 2;
  return before + quanta * vms * longest_quantum;
}

std::optional<std::string> check_fairness(const evidence& e) {
  std::unordered_map<std::uint64_t, std::uint64_t> processes;
  for (const auto& [who, all] : e.observed()) ++processes[who.vm];
  for (const auto& [who, all] : e.observed()) {
    const std::uint64_t bound =
        most_between(e.of().vm_seed != 0, processes[who.vm], e.of().vms.size() + 1);
    std::uint64_t last = 0;
    for (const observation& one : all) {
      // What comes out of another VM has been on its way through several queues.
      if (one.said && !one.said->lifted && !is_outside(one.endpoint)) {
        const file* const sender = e.files().find(one.said->sender);
        const std::uint64_t ready =
            std::max(last, sender->said_at.at(static_cast<std::size_t>(one.said->serial) - 1));
        if (one.at > ready + bound) {
          return "process " + name_of(who) + " waited for message " +
                 std::to_string(one.said->serial) + " of process " + name_of(one.said->sender) +
                 " while others handled " + std::to_string(one.at - ready) +
                 " events; the bound is " + std::to_string(bound);
        }
      }
      last = one.at;
    }
  }
  return std::nullopt;
}

}  // namespace souk::stress
