// VMs meet only in queues: what enters one waits as an arrival, what leaves one as a transition of
// its process. So a commit that can be performed now could be performed at any time before others
// of other VMs, and to take whatever is ready next, of any VM, is as good as any order.
#include "vm/replay/replayer.hpp"

#include <souk/text.hpp>

#include <algorithm>
#include <string>

namespace souk {

namespace {

std::string place_of(const vm_path& path) {
  if (path.empty()) return "the outermost VM";
  std::string text = "the VM in process";
  for (const std::uint32_t number : path) text += ' ' + std::to_string(number);
  return text;
}

/// Those that the path leads through, but for the outermost.
template <class F>
void each_vm_of(const vm_path& path, F f) {
  std::uint64_t id = root_vm;
  for (const std::uint32_t number : path) f(id = pid{id, number}.as_vm());
}

std::string name_of(const commit_record& c) {
  switch (c.kind) {
    case commit_kind::arrival: return "an arrival";
    case commit_kind::injection: return "the injection of " + to_string(c.message->body);
    case commit_kind::shutdown:
      return "the shutdown of process " + std::to_string(c.number) + " (" + to_string(c.why) + ')';
    default: return "a transition of process " + std::to_string(c.number);
  }
}

}  // namespace

replayer::replayer(functional::settings& common, functional::machine& root, const journal& of,
                   std::function<send_message(const send_message&)> message_of)
    : common_{common}, root_{root}, of_{of}, message_of_{std::move(message_of)} {
  common.cut_off = &of.inside().all_cut_off();
  for (auto& [path, all] : of.inside().in_order()) tracks_.push_back({path, std::move(all)});
  for (const track& t : tracks_) {
    for (const commit_record* const c : t.all) {
      if (c->kind == commit_kind::shutdown)
        each_vm_of(t.path, [&](std::uint64_t id) { ++common.ends_to_come[id]; });
    }
  }
}

std::uint64_t replayer::perform(std::uint64_t most,
                                const std::function<void(const action_list&)>& escaped) {
  std::uint64_t done = 0;
  while (done < most && next()) {
    escaped(root_.take_external());
    ++done;
  }
  if (done == of_.commits() && !of_.inside().is_cut_short() && !root_.is_idle_throughout()) {
    throw journal_error{
        "the replay diverges: after the last commit of the journal there is more to do"};
  }
  return done;
}

bool replayer::next() {
  for (std::size_t tried = 0; tried < tracks_.size(); ++tried) {
    if (try_next(tracks_[turn_])) return true;
    turn_ = (turn_ + 1) % tracks_.size();
  }
  if (!std::ranges::all_of(tracks_, &track::is_over)) give_up();
  return false;
}

bool replayer::try_next(track& of) {
  if (of.is_over()) return false;
  const commit_record& c = *of.all[of.done];
  common_.numbers.assign(c.children.begin(), c.children.end());
  if (c.kind == commit_kind::injection) {
    root_.inject(message_of_ ? message_of_(*c.message) : *c.message);
  } else {
    vm_path path = of.path;
    path.push_back(c.kind == commit_kind::arrival ? functional::arrival_step : c.number);
    if (!(c.kind == commit_kind::shutdown ? end(of.path, path, c.why) : root_.step(path)))
      return false;
  }
  if (!common_.numbers.empty()) {
    throw journal_error{"the replay diverges in " + place_of(of.path) + " at commit " +
                        std::to_string(of.done) + ", " + name_of(c) + ": it made fewer processes"};
  }
  ++of.done;
  return true;
}

// Before it is performed, since what that leaves idle can be collected then.
bool replayer::end(const vm_path& in, const vm_path& who, const term& why) {
  auto& to_come = common_.ends_to_come;
  each_vm_of(in, [&](std::uint64_t id) {
    if (--to_come[id] == 0) to_come.erase(id);
  });
  if (root_.end_recorded(who, why)) return true;
  each_vm_of(in, [&](std::uint64_t id) { ++to_come[id]; });
  return false;
}

void replayer::give_up() const {
  std::string text = "the replay diverges: nothing that was committed next can be performed.";
  for (const track& t : tracks_) {
    if (t.is_over()) continue;
    text += "\n  next in " + place_of(t.path) + ", commit " + std::to_string(t.done) + " of " +
            std::to_string(t.all.size()) + ": " + name_of(*t.all[t.done]);
  }
  std::vector<vm_path> ready;
  vm_path prefix;
  root_.list_steppable(prefix, ready);
  text += "\n  what could be performed:";
  for (const vm_path& path : ready) {
    text += " (";
    for (const std::uint32_t number : path)
      text += (text.back() == '(' ? "" : " ") +
              (number == functional::arrival_step ? "arrival" : std::to_string(number));
    text += ')';
  }
  throw journal_error{text};
}

}  // namespace souk
