#include "stress/program.hpp"

#include "stress/interference.hpp"
#include "stress/saying.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <stdexcept>
#include <string>
#include <thread>

namespace souk::stress {

using namespace literals;

namespace {

constexpr std::size_t most_known = 8;
constexpr int most_restarts = 4;
constexpr std::uint64_t limit_bytes = std::uint64_t{4} << 20;

/// The state of a process.
struct member {
  const trial* of;
  const part* mine;
  book* here;
  std::shared_ptr<file> notes;
  pid self;
  std::size_t done = 0;  ///< steps
  std::size_t due = 0;
  std::int64_t serial = 0;
  std::int64_t opened = 0;
  int restarts = 0;
  term cause = false;
  std::vector<pid> known{};
  std::vector<term> closable{};
};

actions go_on(member& me);
spawn_action another(member& me, std::uint32_t part_number, bool is_attended);

void learn(member& me, pid who) {
  if (who == me.self || me.known.size() == most_known) return;
  if (std::ranges::find(me.known, who) == me.known.end()) me.known.push_back(who);
}

actions hear(const event& what, member& me) {
  me.cause = false;
  if (const auto said = conversion<saying>::from_term(what.body()); said) {
    learn(me, said->sender);
    me.cause = term{said_by{said->sender, said->serial}};
  } else {  // go
    me.due += me.mine->script.size();
  }
  return go_on(me);
}

actions notice(const term& seen, member& me) {
  me.cause = false;
  if (const auto of = conversion<topic<saying>>::from_term(seen); of && of->sender)
    learn(me, *of->sender);
  return go_on(me);
}

actions miss(const term& gone, member& me) {
  const auto of = conversion<alive>::from_term(gone);
  if (!of || of->parent != me.self || me.restarts == most_restarts) return notice(gone, me);
  ++me.restarts;
  actions all = another(me, of->part, true);
  all.append(notice(gone, me));
  return all;
}

endpoint make_endpoint(member& me, const term& id) {
  me.notes->open.push_back(id);
  return endpoint{role_of(id, me.self)}
      .named(id)
      .on_message([](const event& what, member& s) { return hear(what, s); })
      .on_presence([](const term& seen, member& s) { return notice(seen, s); })
      .on_absence([](const term& seen, member& s) { return miss(seen, s); });
}

endpoint open_later(member& me, std::string_view what, std::uint32_t group) {
  const term id = list(symbol{what}, ++me.opened, group);
  me.closable.push_back(id);
  return make_endpoint(me, id);
}

actions close_oldest(member& me) {
  if (me.closable.empty()) return {};
  const term id = me.closable.front();
  me.closable.erase(me.closable.begin());
  std::erase(me.notes->open, id);
  return delete_endpoint{id, "closed"_sym};
}

send_message say(member& me, const term& to, bool lifted) {
  auto& said = me.notes->said;
  auto place = std::ranges::find_if(
      said, [&](const file::said_to& s) { return s.lifted == lifted && s.to == to; });
  if (place == said.end()) place = said.insert(said.end(), {to, lifted, 0});
  me.notes->said_at.push_back(me.here->now());
  return send_message{saying{to, lifted, me.self, ++me.serial, ++place->count, me.cause}};
}

/// Asks for memory in most of the ways there are.
void work() {
  actions all;
  for (int i = 0; i < 4; ++i) {
    const term t = list(i, std::string(40, 'x'), make_record("r", i, make_vector(i, i)));
    all.append(send_message{t});
    all.append(
        subscriber(list(t, _)).on_message([t](const term& m) { return send_message{list(t, m)}; }));
    const std::vector<term, allocator<term>> some(20, t);
    (void)to_string(t);
  }
}

void run_dry(member& me, std::uint32_t at) {
  std::vector<bool>& all = me.notes->ran_dry;
  if (me.here->is_of_replay()) {
    const file* const before = me.here->of_run()->find(me.self);
    const bool failed =
        before != nullptr && all.size() < before->ran_dry.size() && before->ran_dry[all.size()];
    all.push_back(failed);
    if (failed) throw std::bad_alloc{};
    return;
  }
  all.push_back(true);
  {
    const interference::failing_allocation scarce{at};
    work();
    all.back() = scarce.has_failed();
  }
  if (all.back()) throw std::bad_alloc{};  // whoever met it has gone on without the memory
}

[[noreturn]] void hog() {
  std::vector<term, allocator<term>> all;
  for (std::int64_t i = 0;; ++i) all.push_back(list(i, i));
}

// What goes wrong. Some of it comes back.
actions fail(member& me, const step& s) {
  me.here->note_fault();
  switch (s.what) {
    case step::kind::raise: throw std::runtime_error{"raised"};
    case step::kind::raise_odd: throw s.to;
    case step::kind::raise_later:
      return yield([](member&) -> actions { throw std::runtime_error{"raised later"}; });
    case step::kind::kill: {
      if (me.known.empty()) return {};
      me.notes->has_killed = true;
      return quit(me.known[static_cast<std::size_t>(me.serial) % me.known.size()], "killed"_sym);
    }
    case step::kind::linger:
      if (!me.here->is_of_replay()) std::this_thread::sleep_for(std::chrono::milliseconds{s.to});
      return {};
    case step::kind::hog: hog();
    case step::kind::shut_down: custodian::current().shut_down("shut-down"_sym); return {};
    case step::kind::run_dry: run_dry(me, s.to); return {};
    default: return {};
  }
}

actions perform(member& me, const step& s) {
  switch (s.what) {
    case step::kind::say: return say(me, s.to, false);
    case step::kind::tell:
      if (me.known.empty()) return {};
      return say(me, me.known[me.done % me.known.size()], false);
    case step::kind::lift: return at_meta_level(say(me, s.to, true));
    case step::kind::hear: return open_later(me, "hear", s.to);
    case step::kind::announce: return open_later(me, "announce", s.to);
    case step::kind::close: return close_oldest(me);
    case step::kind::yield: return yield([](member& later) { return go_on(later); });
    case step::kind::spawn: return another(me, s.to, false);
    case step::kind::attend: {
      actions all = another(me, s.to, true);
      const term id = list("watch"_sym, 0);
      const auto& open = me.notes->open;
      if (std::ranges::find(open, id) == open.end()) all.append(make_endpoint(me, id));
      return all;
    }
    case step::kind::leave: return quit("left"_sym);
    default: return fail(me, s);
  }
}

/// The next transition of the script, if one is due.
actions go_on(member& me) {
  actions all;
  while (me.done < me.due) {
    const step& s = me.mine->script[me.done++ % me.mine->script.size()];
    all.append(perform(me, s));
    if (s.is_last) break;
  }
  return all;
}

member make_member(const trial& of, const part& mine, book& here, pid self) {
  return {.of = &of, .mine = &mine, .here = &here, .notes = here.open_file(self), .self = self};
}

actions first_endpoints(member& me) {
  actions all;
  for (const std::uint32_t group : me.mine->hears)
    all.append(make_endpoint(me, list("hear"_sym, 0, group)));
  if (!me.mine->script.empty()) all.append(make_endpoint(me, list("own"_sym, 0)));
  return all;
}

/// Of those who are there from the beginning.
boot_function founder(const trial& of, const part& mine, book& here) {
  return boot([&](pid self) {
    if (mine.is_stillborn) {
      here.note_fault();
      throw std::runtime_error{"stillborn"};
    }
    member me = make_member(of, mine, here, self);
    me.notes->is_from_the_beginning = true;
    actions all = first_endpoints(me);
    if (!mine.script.empty()) all.append(make_endpoint(me, list("go"_sym, 0)));
    for (const std::uint32_t group : mine.hears_outside)
      all.append(at_meta_level(make_endpoint(me, list("outside"_sym, 0, group))));
    return transition(std::move(me), std::move(all));
  });
}

spawn_action another(member& me, std::uint32_t part_number, bool is_attended) {
  const auto begin = [&of = *me.of, &here = *me.here, part_number, parent = me.self,
                      is_attended](pid self) {
    const part& mine = of.cast[part_number];
    if (mine.is_stillborn) {
      here.note_fault();
      throw std::runtime_error{"stillborn"};
    }
    member born = make_member(of, mine, here, self);
    born.due = mine.script.size();
    actions all = first_endpoints(born);
    if (is_attended) all.append(make_endpoint(born, list("alive"_sym, 0, parent, part_number)));
    all.append(yield([](member& later) { return go_on(later); }));
    return transition(std::move(born), std::move(all));
  };
  return spawn(begin).then([](pid child, member& s) { learn(s, child); });
}

/// The processes of that VM, and the VMs inside.
boot_function company(const trial& of, std::uint32_t vm, book& here) {
  return boot([&of, vm, &here] {
    actions all;
    for (const part& p : of.cast) {
      if (p.vm != vm) continue;
      for (std::uint32_t i = 0; i < p.copies; ++i) all.append(spawn(founder(of, p, here)));
    }
    for (std::uint32_t i = 0; i < of.vms.size(); ++i) {
      if (of.vms[i].inside != vm) continue;
      const custodian by = make_custodian();
      if (of.vms[i].is_limited) by.limit_memory(limit_bytes);
      here.note_custodian(by);
      all.append(spawn_vm(company(of, i + 1, here)).under(by));
    }
    if (vm > 0) {
      all.append(at_meta_level(
          subscriber(list("go"_sym, _)).on_message([](const term& m) { return send_message{m}; })));
    }
    return all;
  });
}

}  // namespace

std::shared_ptr<file> book::open_file(pid who) {
  const std::scoped_lock held{lock_};
  auto& place = files_[who];
  place = std::make_shared<file>();
  place->who = who;
  return place;
}

const file* book::find(pid who) const {
  const std::scoped_lock held{lock_};
  const auto place = files_.find(who);
  return place == files_.end() ? nullptr : place->second.get();
}

std::vector<std::shared_ptr<file>> book::all() const {
  const std::scoped_lock held{lock_};
  std::vector<std::shared_ptr<file>> out;
  for (const auto& [who, one] : files_) out.push_back(one);
  return out;
}

void book::note_custodian(const custodian& of_nested) {
  const std::scoped_lock held{lock_};
  custodians_.push_back(of_nested);
}

std::vector<custodian> book::custodians() const {
  const std::scoped_lock held{lock_};
  return custodians_;
}

boot_function program(const trial& of, book& here) { return company(of, 0, here); }

send_message go(std::uint32_t n) { return send_message{list("go"_sym, n)}; }

role role_of(const term& id, pid self) {
  const auto what = id.head().as_symbol();
  const auto participant = [](orientation o, term t) {
    return role{o, interest_type::participant, std::move(t)};
  };
  const auto part_of = [&id](int n) {
    const term* at = &id;
    for (; n > 0; --n) at = &at->tail();
    return at->head();
  };
  if (what == "go"_sym) return participant(orientation::subscriber, list("go"_sym, _));
  if (what == "own"_sym)
    return participant(orientation::subscriber, topic<saying>(self, _, _, _, _, _));
  if (what == "announce"_sym)
    return participant(orientation::publisher, topic<saying>(part_of(2), _, self, _, _, _));
  if (what == "watch"_sym)
    return {orientation::subscriber, interest_type::observer, topic<alive>(self, _, _)};
  if (what == "alive"_sym)
    return participant(orientation::publisher, make_record("alive", part_of(2), part_of(3), self));
  return participant(orientation::subscriber, topic<saying>(part_of(2), _, _, _, _, _));
}

bool is_outside(const term& id) { return id.is(kind::pair) && id.head() == "outside"_sym; }

bool is_from_the_beginning(const term& id) { return id.tail().head() == term{0}; }

std::optional<term> hears(const term& id, pid self) {
  if (!id.is(kind::pair)) return std::nullopt;
  const term& what = id.head();
  if (what == "own"_sym) return term{self};
  if (what == "hear"_sym || what == "outside"_sym) return id.tail().tail().head();
  return std::nullopt;
}

bool is_foreseen(const trial& t, const term& reason) {
  const auto is_there = [&t](auto... kinds) {
    return std::ranges::any_of(t.cast, [&](const part& p) {
      return std::ranges::any_of(p.script,
                                 [&](const step& s) { return ((s.what == kinds) || ...); });
    });
  };
  if (reason == "left"_sym) return is_there(step::kind::leave);
  if (reason == "killed"_sym) return is_there(step::kind::kill);
  if (reason == "shut-down"_sym) return is_there(step::kind::shut_down) || t.shut_down_after > 0;
  if (reason == "memory-limit"_sym) return std::ranges::any_of(t.vms, &nested::is_limited);
  if (!reason.is(kind::error)) return false;
  const std::string_view text = reason.as_error();
  if (text == "raised") return is_there(step::kind::raise);
  if (text == "raised later") return is_there(step::kind::raise_later);
  if (text == "an exception that is not a std::exception") return is_there(step::kind::raise_odd);
  if (text == std::bad_alloc{}.what())
    return interference::is_compiled_in() && is_there(step::kind::run_dry);
  return text == "stillborn" && std::ranges::any_of(t.cast, &part::is_stillborn);
}

}  // namespace souk::stress
