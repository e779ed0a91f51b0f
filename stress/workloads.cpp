// The six kinds of trials: who is there, what they do, and what goes wrong.
#include "stress/trial.hpp"

#include <array>
#include <initializer_list>
#include <utility>

namespace souk::stress {
namespace {

using kind = step::kind;

/// What steps there may be, and how often each. The first is what choice 0 stands for.
using palette = std::vector<std::pair<kind, std::uint32_t>>;

const palette crashes{{kind::raise, 1},
                      {kind::raise_odd, 1},
                      {kind::raise_later, 1},
                      {kind::run_dry, 2},
                      {kind::linger, 4}};
const palette ends{{kind::kill, 2}, {kind::leave, 1}, {kind::shut_down, 1}, {kind::hog, 1}};

palette operator+(palette left, const palette& right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

kind pick(const palette& of, choices& from) {
  std::uint32_t all = 0;
  for (const auto& [what, often] : of) all += often;
  std::uint32_t chosen = from.draw(all);
  for (const auto& [what, often] : of) {
    if (chosen < often) return what;
    chosen -= often;
  }
  return of.front().first;
}

/// Writes the parts of a trial.
class author {
 public:
  author(trial& t, choices& from, palette usual, const palette& faults, std::uint32_t groups)
      : trial_{t},
        from_{from},
        palette_{from.draw(3) == 0 ? std::move(usual) : std::move(usual) + faults},
        groups_{groups} {}

  [[nodiscard]] std::uint32_t group() { return from_.draw(groups_); }

  /// A part with a script of about so many steps. Its number.
  std::uint32_t add(part p, std::uint32_t about, unsigned generations = 2) {
    from_.repeat(1, groups_ - std::min<std::size_t>(groups_, p.hears.size()),
                 [&] { p.hears.push_back(group()); });
    if (generations < 2 && from_.once_in(12)) p.is_stillborn = true;
    from_.repeat(about, most_steps, [&] { p.script.push_back(make_step(p, generations)); });
    return add_as_it_is(std::move(p));
  }
  std::uint32_t add_as_it_is(part p) {
    trial_.cast.push_back(std::move(p));
    return static_cast<std::uint32_t>(trial_.cast.size() - 1);
  }

 private:
  static constexpr std::size_t most_steps = 24;
  static constexpr std::size_t most_parts = 60;

  step make_step(const part& p, unsigned generations) {
    step s{.what = allowed(pick(palette_, from_), p, generations)};
    switch (s.what) {
      case kind::say:
      case kind::lift:
      case kind::hear:
      case kind::announce: s.to = group(); break;
      case kind::linger: s.to = from_.draw(1, 8); break;
      case kind::run_dry: s.to = from_.draw(1, 24); break;
      case kind::spawn:
      case kind::attend: s.to = add({.vm = p.vm, .copies = 0}, 4, generations - 1); break;
      default: break;
    }
    s.is_last = !from_.once_in(3);
    return s;
  }

  /// What makes no sense there is something else.
  [[nodiscard]] kind allowed(kind what, const part& p, unsigned generations) const {
    const bool is_nested = p.vm > 0;
    switch (what) {
      case kind::hog: return is_nested && trial_.vms[p.vm - 1].is_limited ? what : kind::raise;
      case kind::shut_down: return is_nested ? what : kind::leave;
      case kind::lift: return is_nested ? what : kind::say;
      case kind::spawn:
      case kind::attend:
        return generations > 0 && trial_.cast.size() < most_parts ? what : kind::say;
      default: return what;
    }
  }

  trial& trial_;
  choices& from_;
  palette palette_;
  std::uint32_t groups_;
};

// Everybody with everybody: what the commit protocol is there for.
void mesh(trial& t, choices& from) {
  author by{t,
            from,
            {{kind::say, 6},
             {kind::tell, 6},
             {kind::yield, 2},
             {kind::hear, 1},
             {kind::announce, 1},
             {kind::close, 1}},
            crashes + ends,
            from.draw(1, 4)};
  from.repeat_after_one(12, 32, [&] { by.add({}, 8); });
}

// Endpoints and processes that come and go while others talk.
void churn(trial& t, choices& from) {
  author by{t,
            from,
            {{kind::say, 3},
             {kind::hear, 5},
             {kind::announce, 5},
             {kind::close, 6},
             {kind::spawn, 3},
             {kind::tell, 1},
             {kind::leave, 1}},
            crashes + ends + palette{{kind::kill, 6}},
            from.draw(1, 3)};
  from.repeat_after_one(8, 32, [&] { by.add({}, 8); });
}

// VMs in VMs, and what passes their borders.
void nesting(trial& t, choices& from) {
  from.repeat_after_one(5, 10, [&] {
    const auto made = static_cast<std::uint32_t>(t.vms.size());
    t.vms.push_back({.inside = made - std::min(from.draw(3), made), .is_limited = from.once_in(3)});
  });
  author by{t,
            from,
            {{kind::say, 3},
             {kind::lift, 6},
             {kind::tell, 2},
             {kind::hear, 1},
             {kind::announce, 1},
             {kind::close, 1},
             {kind::yield, 1},
             {kind::spawn, 1}},
            crashes + ends,
            from.draw(1, 3)};
  from.repeat_after_one(12, 24, [&] {
    part p{.vm = from.draw(static_cast<std::uint32_t>(t.vms.size()) + 1)};
    if (p.vm > 0) from.repeat(1, 3, [&] { p.hears_outside.push_back(by.group()); });
    by.add(std::move(p), 6);
  });
}

// A few who speak to very many, some of whom are slow, fail or leave in the middle of it.
void storm(trial& t, choices& from) {
  constexpr std::array<std::uint32_t, 4> crowds{2, 16, 128, 1'000};
  author speakers{t, from, {{kind::say, 6}, {kind::yield, 2}, {kind::announce, 1}}, {}, 2};
  from.repeat_after_one(2, 4, [&] { speakers.add({}, 12); });
  t.cast.push_back({.copies = crowds.at(from.draw(crowds.size())), .hears = {0}});
  author hearers{t,
                 from,
                 {{kind::tell, 4}, {kind::close, 1}, {kind::hear, 1}, {kind::yield, 1}},
                 crashes + palette{{kind::linger, 4}, {kind::kill, 1}, {kind::leave, 2}},
                 2};
  from.repeat(4, 8, [&] { hearers.add({.hears = {0}}, 6); });
}

// A room with a host, those who listen, those who talk, and those who come and go.
void chat(trial& t, choices& from) {
  constexpr std::uint32_t room = 0;
  constexpr std::uint32_t desk = 1;
  constexpr std::array<std::uint32_t, 16> houses{4,  4,  4,  16, 16,  16,  16,  64,
                                                 64, 64, 64, 64, 512, 512, 512, 10'000};
  author guests{t,
                from,
                {{kind::say, 4},
                 {kind::announce, 2},
                 {kind::close, 2},
                 {kind::hear, 2},
                 {kind::tell, 2},
                 {kind::leave, 1}},
                crashes + palette{{kind::kill, 1}, {kind::linger, 1}, {kind::leave, 2}},
                2};
  t.cast.push_back({.hears = {desk}, .script = {{kind::say, room}, {kind::tell}}});
  const std::uint32_t house = houses.at(from.draw(houses.size()));
  t.cast.push_back({.copies = house, .hears = {room}});
  // Each word is heard by the whole house, and the replay looks for those who hear it one by one.
  const std::size_t most_parts = house <= 64 ? 12 : house <= 512 ? 5 : 2;
  if (house > 512) t.goes = 1;
  from.repeat_after_one(6, most_parts, [&] {
    const std::uint32_t copies = from.draw(1, 4);
    guests.add({.copies = copies, .hears = {room}, .script = {{kind::say, desk}}},
               house <= 512 ? 5 : 2);
  });
}

// Those who look after others, and start them again, while somebody kills.
void supervision(trial& t, choices& from) {
  author by{
      t,
      from,
      {{kind::attend, 4}, {kind::say, 4}, {kind::spawn, 1}, {kind::yield, 1}, {kind::leave, 1}},
      crashes + palette{{kind::kill, 4}},
      2};
  from.repeat_after_one(4, 12, [&] {
    part p{};
    p.script.push_back({kind::attend, 0});
    const std::uint32_t child = by.add({.copies = 0, .script = {{kind::say, 0}}}, 4, 1);
    p.script.front().to = child;
    by.add(std::move(p), 4);
  });
  part killer{.hears = {0}};
  from.repeat(6, 12, [&] { killer.script.push_back({kind::kill}); });
  by.add_as_it_is(std::move(killer));
}

// An echo server, and peers who behave, are slow, go or reset.
void visits(trial& t, choices& from) {
  constexpr std::array<visitor::manner, 10> manners{
      visitor::manner::behaves,        visitor::manner::behaves,      visitor::manner::behaves,
      visitor::manner::goes_early,     visitor::manner::resets,       visitor::manner::resets,
      visitor::manner::is_failed,      visitor::manner::reads_slowly, visitor::manner::reads_slowly,
      visitor::manner::meets_lingering};
  constexpr std::array<std::uint32_t, 5> sizes{1, 16, 512, 8'192, 65'536};
  // Who behaves reads all the time, but how fast is for the system to say.
  if (from.once_in(3)) t.write_limit_bytes = 1U << 22;
  t.are_descriptors_scarce = from.once_in(4);
  from.repeat_after_one(6, 16, [&] {
    const auto how = manners.at(from.draw(manners.size()));
    const std::uint32_t most = how == visitor::manner::meets_lingering ? 4 : 20;
    t.visitors.push_back({how, from.draw(1, most), sizes.at(from.draw(sizes.size()))});
  });
}

}  // namespace

const std::vector<workload>& workloads() {
  static const std::vector<workload> all{
      {"mesh", "everybody sends to one, some and all of the others", 4, mesh},
      {"churn", "endpoints and processes come and go while others talk", 4, churn},
      {"nesting", "VMs in VMs, ten deep at most, and what passes their borders", 4, nesting},
      {"supervision", "trees of processes that start others again, while somebody kills", 3,
       supervision},
      {"storm", "a few speak to a thousand, some of whom are slow or fail", 1, storm},
      {"chat", "a room of up to ten thousand, with guests who come and go", 1, chat},
      {"visits", "an echo server on the ground VM; peers who are slow, go early or reset", 1,
       visits}};
  return all;
}

}  // namespace souk::stress
