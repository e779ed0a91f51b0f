#include <souk/convert.hpp>
#include <souk/journal.hpp>
#include <souk/text.hpp>

#include "vm/replay/contents.hpp"

#include <algorithm>
#include <istream>
#include <ostream>
#include <sstream>
#include <tuple>

namespace souk {

std::deque<journal::contents::sequence>& journal::contents::open(const vm_path& path,
                                                                 unsigned shards) {
  const std::scoped_lock held{lock_};
  std::deque<sequence>& all = machines_[path];
  all.resize(shards);
  return all;
}

std::map<vm_path, std::vector<const commit_record*>> journal::contents::in_order() const {
  std::map<vm_path, std::vector<const commit_record*>> out;
  for (const auto& [path, shards] : machines_) {
    auto& all = out[path];
    for (const sequence& one : shards) {
      for (const commit_record& each : one) all.push_back(&each);
    }
    std::ranges::stable_sort(all, {}, [](const commit_record* c) {
      return std::tuple{c->version, c->stamp};  // 0, a writer's, comes first
    });
  }
  return out;
}

std::uint64_t journal::contents::size() const noexcept {
  std::uint64_t sum = 0;
  for (const auto& [path, shards] : machines_) {
    for (const sequence& one : shards) sum += one.size();
  }
  return sum;
}

void journal::contents::keep_answer(pid who, term told) {
  const std::scoped_lock held{lock_};
  answers_[who].push_back(std::move(told));
}

void journal::contents::cut_off(pid who, cut at) {
  const std::scoped_lock held{lock_};
  cut_off_.emplace(who, at);
}

const std::vector<term>& journal::contents::answers_to(pid who) const {
  static const std::vector<term> none;
  const auto place = answers_.find(who);
  return place == answers_.end() ? none : place->second;
}

journal::journal() : inside_{std::make_unique<contents>()} {}
journal::journal(journal&&) noexcept = default;
journal& journal::operator=(journal&&) noexcept = default;
journal::~journal() = default;

std::uint64_t journal::commits() const noexcept { return inside_->size(); }

// A line for each VM and, after it, one for each commit:
//     vm 3 1           the VM in process 1 of the VM in process 3
//     t 7 8 9          process 7 committed a transition, and made processes 8 and 9
//     a                an event arrived
//     x 7 memory-limit  process 7, perhaps a VM, was shut down for that reason
//     p #s(go 1)       the program injected a message; s: the other way round
// and behind all VMs
//     w #pid[0:7] 12.5 #f      what the world answered process 7 of the outermost VM, in order
//     c #pid[0:7] 12 13        process 7 of the outermost VM was not called more often than 13
//                              times, and the 13th came to nothing
//     cut              the run was ended before all was done
// A line that starts with # is for other readers.

namespace {

void write_commit(std::ostream& out, const commit_record& c) {
  switch (c.kind) {
    case commit_kind::arrival: out << 'a'; break;
    case commit_kind::transition: out << "t " << c.number; break;
    case commit_kind::shutdown: out << "x " << c.number << ' ' << to_string(c.why); break;
    case commit_kind::injection:
      out << (c.message->orientation == orientation::publisher ? "p " : "s ")
          << to_string(c.message->body);
  }
  for (const std::uint32_t child : c.children) out << ' ' << child;
  out << '\n';
}

[[noreturn]] void refuse(std::uint64_t line, const std::string& why) {
  throw journal_error{"line " + std::to_string(line) + " of the journal: " + why};
}

std::vector<std::uint32_t> numbers_of(std::istringstream& rest, std::uint64_t line) {
  std::vector<std::uint32_t> all;
  std::uint32_t number = 0;
  while (rest >> number) all.push_back(number);
  if (!rest.eof()) refuse(line, "expected numbers");
  return all;
}

term read_term(std::string_view text, std::uint64_t line, const std::string& what) {
  try {
    return souk::read(text);
  } catch (const std::exception& e) {
    refuse(line, what + " that cannot be read: " + e.what());
  }
}

commit_record read_commit(const std::string& text, std::uint64_t line) {
  commit_record c{.version = 0,
                  .stamp = line,
                  .kind = commit_kind::arrival,
                  .number = 0,
                  .children = {},
                  .message = {}};
  std::istringstream rest{text.substr(1)};
  switch (text.front()) {
    case 'a': c.children = numbers_of(rest, line); return c;
    case 't':
      c.kind = commit_kind::transition;
      if (!(rest >> c.number)) refuse(line, "expected the number of a process after `t`");
      c.children = numbers_of(rest, line);
      return c;
    case 'x': {
      c.kind = commit_kind::shutdown;
      if (!(rest >> c.number)) refuse(line, "expected the number of a process after `x`");
      std::string why;
      std::getline(rest, why);
      c.why = read_term(why, line, "a reason");
      return c;
    }
    case 'p':
    case 's':
      c.kind = commit_kind::injection;
      c.message =
          send_message{read_term(std::string_view{text}.substr(1), line, "a message"),
                       text.front() == 'p' ? orientation::publisher : orientation::subscriber};
      return c;
    default:
      refuse(line,
             "expected `vm`, `t`, `a`, `x`, `p`, `s`, `w`, `c` or `cut`, found \"" + text + '"');
  }
}

void read_answers(journal::contents& into, std::string_view text, std::uint64_t line) {
  try {
    reader rest{text};
    const auto who = rest.next();
    if (!who || !who->is(kind::pid)) refuse(line, "expected a process after `w`");
    while (auto told = rest.next()) into.keep_answer(who->as_pid(), std::move(*told));
  } catch (const syntax_error& e) {
    refuse(line, std::string{"an answer that cannot be read: "} + e.what());
  }
}

void read_cut_off(journal::contents& into, std::string_view text, std::uint64_t line) {
  try {
    reader rest{text};
    const auto who = rest.next();
    const auto counted = rest.next();
    const auto begun = rest.next();
    if (!who || !who->is(kind::pid) || !counted || !counted->is(kind::integer) || !begun ||
        !begun->is(kind::integer))
      refuse(line, "expected a process and two numbers after `c`");
    into.cut_off(who->as_pid(), {counted->as<std::uint64_t>().value_or(0),
                                 begun->as<std::uint64_t>().value_or(0)});
  } catch (const syntax_error& e) {
    refuse(line, std::string{"what cannot be read: "} + e.what());
  }
}

}  // namespace

void journal::write(std::ostream& out) const {
  for (const auto& [path, all] : inside_->in_order()) {
    out << "vm";
    for (const std::uint32_t number : path) out << ' ' << number;
    out << '\n';
    for (const commit_record* one : all) write_commit(out, *one);
  }
  for (const auto& [who, all] : inside_->all_answers()) {
    out << "w " << to_string(term{who});
    for (const term& told : all) out << ' ' << to_string(told);
    out << '\n';
  }
  for (const auto& [who, at] : inside_->all_cut_off())
    out << "c " << to_string(term{who}) << ' ' << at.counted << ' ' << at.begun << '\n';
  if (inside_->is_cut_short()) out << "cut\n";
}

journal journal::read(std::istream& in) {
  journal made;
  contents::sequence* into = nullptr;
  std::string text;
  for (std::uint64_t line = 1; std::getline(in, text); ++line) {
    if (text.starts_with('#')) continue;
    if (text.empty()) refuse(line, "is empty");
    if (text.starts_with("vm")) {
      std::istringstream rest{text.substr(2)};
      into = &made.inside_->open(numbers_of(rest, line), 1).front();
    } else if (text.front() == 'w') {
      read_answers(*made.inside_, std::string_view{text}.substr(1), line);
    } else if (text == "cut") {
      made.inside_->cut_short();
    } else if (text.front() == 'c') {
      read_cut_off(*made.inside_, std::string_view{text}.substr(1), line);
    } else if (into == nullptr) {
      refuse(line, "expected `vm` first, found \"" + text + '"');
    } else {
      into->push_back(read_commit(text, line));
    }
  }
  return made;
}

}  // namespace souk
