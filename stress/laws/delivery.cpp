// Who says something gives it a number, by whom it is for. So whoever hears it knows what has come
// before it, and those who heard from the beginning to the end know how much there was.
#include "stress/laws.hpp"

#include <algorithm>
#include <map>
#include <tuple>
#include <unordered_map>

namespace souk::stress {
namespace {

/// What one says to one or to a group, in its VM or in the one around: numbered by itself.
struct stream {
  pid sender;
  bool lifted;
  term to;

  friend bool operator==(const stream&, const stream&) = default;
};
struct hash_of_stream {
  std::size_t operator()(const stream& s) const noexcept {
    return std::hash<pid>{}(s.sender) * 31 + s.to.hash() * 2 + (s.lifted ? 1 : 0);
  }
};
template <class T>
using by_stream = std::unordered_map<stream, T, hash_of_stream>;

class audit {
 public:
  explicit audit(const evidence& e) : e_{e} {}

  std::optional<std::string> run() {
    for (const auto& [who, all] : e_.observed()) {
      for (const observation& one : all) {
        if (one.said && !take(who, one)) return wrong_;
      }
    }
    if (!e_.is_at_rest()) return std::nullopt;
    if (!bound_by_senders()) return wrong_;
    index_streams();
    for (const auto& file : e_.files().all()) {
      if (!e_.has_survived(file->who)) continue;  // what did not come is accounted for by its end
      for (const term& id : file->open) {
        if (!is_complete(file->who, id)) return wrong_;
      }
    }
    return std::nullopt;
  }

 private:
  bool take(pid who, const observation& one) {
    const saying& s = *one.said;
    std::int64_t& last = heard_[who][one.endpoint][stream{s.sender, s.lifted, s.to}];
    const bool is_first = last == 0;
    // Who was there before anybody said anything heard the first of each.
    const bool may_begin_later = !has_been_there(who, one.endpoint);
    if (s.number != last + 1 && !(is_first && may_begin_later && s.number > 0)) {
      wrong_ = "process " + name_of(who) + ", at its endpoint " + to_string(one.endpoint) +
               ", heard number " + std::to_string(s.number) + " of what process " +
               name_of(s.sender) + " says to " + to_string(s.to) + (s.lifted ? " outside" : "") +
               " after number " + std::to_string(last);
      return false;
    }
    last = s.number;
    std::int64_t& most = most_heard_[stream{s.sender, s.lifted, s.to}];
    most = std::max(most, last);
    return true;
  }

  [[nodiscard]] bool has_been_there(pid who, const term& id) const {
    const file* const notes = e_.files().find(who);
    return notes != nullptr && notes->is_from_the_beginning && id.is(kind::pair) &&
           is_from_the_beginning(id);
  }

  /// What a sender that is still there has said was committed; of another, no more than that.
  bool bound_by_senders() {
    for (const auto& file : e_.files().all()) {
      for (const file::said_to& said : file->said) {
        const stream which{file->who, said.lifted, said.to};
        const auto found = most_heard_.find(which);
        if (found != most_heard_.end() && found->second > said.count) {
          wrong_ = "of what process " + name_of(file->who) + " said to " + to_string(said.to) +
                   " there came " + std::to_string(found->second) + ", where " +
                   std::to_string(said.count) + " were sent";
          return false;
        }
        if (e_.has_survived(file->who)) most_heard_[which] = said.count;
      }
    }
    return true;
  }

  void index_streams() {
    for (const auto& [which, most] : most_heard_) {
      if (const auto vm = e_.place_of(which.sender, which.lifted); vm)
        streams_[{*vm, which.to.hash()}].push_back(&which);
    }
  }

  /// An endpoint that is open has heard all to the end.
  bool is_complete(pid who, const term& id) {
    const auto to = hears(id, who);
    if (!to) return true;
    const auto vm = e_.place_of(who, is_outside(id));
    const auto found = vm ? streams_.find({*vm, to->hash()}) : streams_.end();
    if (found == streams_.end()) return true;
    for (const stream* const which : found->second) {
      if (which->to != *to) continue;
      const std::int64_t last = last_of(who, id, *which);
      const std::int64_t all = most_heard_.at(*which);
      if (last == all || (last == 0 && !has_been_there(who, id))) continue;
      wrong_ = "process " + name_of(who) + ", at its endpoint " + to_string(id) + ", heard " +
               std::to_string(last) + " of what process " + name_of(which->sender) + " says to " +
               to_string(*to) + (which->lifted ? " outside" : "") + ", and there were " +
               std::to_string(all);
      return false;
    }
    return true;
  }

  [[nodiscard]] std::int64_t last_of(pid who, const term& id, const stream& which) const {
    const auto process = heard_.find(who);
    if (process == heard_.end()) return 0;
    const auto endpoint = process->second.find(id);
    if (endpoint == process->second.end()) return 0;
    const auto last = endpoint->second.find(which);
    return last == endpoint->second.end() ? 0 : last->second;
  }

  const evidence& e_;
  std::string wrong_;
  std::unordered_map<pid, std::unordered_map<term, by_stream<std::int64_t>>> heard_;
  by_stream<std::int64_t> most_heard_;  // at rest: how many were committed
  std::map<std::pair<std::uint64_t, std::size_t>, std::vector<const stream*>> streams_;
};

}  // namespace

std::optional<std::string> check_delivery(const evidence& e) { return audit{e}.run(); }

std::string name_of(pid who) {
  std::string name = std::to_string(who.number);
  if (who.vm != root_vm) name += " of VM " + std::to_string(who.vm);
  return name;
}

}  // namespace souk::stress
