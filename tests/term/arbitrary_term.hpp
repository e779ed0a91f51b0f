// Random terms of every kind but host objects, for RapidCheck.
#pragma once

#include <souk/term.hpp>

#include <rapidcheck.h>

#include <array>
#include <bit>
#include <cstdint>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

namespace souk::testing {

// Bytes of any value, and often those that have a meaning in texts.
inline rc::Gen<std::string> any_text() {
  const auto piece = rc::gen::weightedOneOf<std::string>(
      {{3, rc::gen::map(rc::gen::inRange(0x20, 0x7f),
                        [](int c) { return std::string(1, static_cast<char>(c)); })},
       {1, rc::gen::map(rc::gen::inRange(0, 256),
                        [](int c) { return std::string(1, static_cast<char>(c)); })},
       {2, rc::gen::element<std::string>("?", "#", "|", ".", "1", "-", "\"", "\\", ";", " ", "\n",
                                         "x", "\u00e9", "\u0085", "\u4e16", "\U0001f600")}});
  return rc::gen::map(rc::gen::container<std::vector<std::string>>(piece),
                      [](const std::vector<std::string>& pieces) {
                        std::string all;
                        for (const std::string& p : pieces) all += p;
                        return all;
                      });
}

inline rc::Gen<std::string> any_name() {
  return rc::gen::oneOf(any_text(), rc::gen::element<std::string>(
                                        "", "a", "says", "_", ".", "..", "?", "?a", "+", "-1",
                                        "1e5", "+inf.0", "-nan.0", "#t", "a#1", "a b"));
}

// Few different ones, so that they repeat within a term.
inline rc::Gen<term> any_wildcard() {
  static const std::array<wildcard, 4> fresh{wild(), wild(), wild(), wild()};
  return rc::gen::oneOf(
      rc::gen::map(rc::gen::inRange<std::size_t>(0, fresh.size()),
                   [](std::size_t i) { return term{fresh.at(i)}; }),
      rc::gen::map(rc::gen::element<std::uint64_t>(0, 1, 2, 3, wildcard::first_uncanonical - 1),
                   [](std::uint64_t id) { return term{wildcard{id}}; }),
      rc::gen::map(any_name(), [](const std::string& name) { return term{var(name)}; }));
}

inline rc::Gen<term> any_ground_atom() {
  using rc::gen::arbitrary;
  using rc::gen::map;
  return rc::gen::oneOf(map(arbitrary<bool>(), [](bool b) { return term{b}; }),
                        map(arbitrary<std::int64_t>(), [](std::int64_t i) { return term{i}; }),
                        map(arbitrary<double>(), [](double d) { return term{d}; }),
                        map(arbitrary<std::uint64_t>(),
                            [](std::uint64_t bits) { return term{std::bit_cast<double>(bits)}; }),
                        map(any_text(), [](const std::string& s) { return term{s}; }),
                        map(any_text(), [](const std::string& s) { return term{bytes{s}}; }),
                        map(any_text(), [](const std::string& s) { return term{fault{s}}; }),
                        map(any_name(), [](const std::string& s) { return term{symbol{s}}; }),
                        map(rc::gen::pair(any_name(), arbitrary<std::uint64_t>()),
                            [](const std::pair<std::string, std::uint64_t>& s) {
                              return term{symbol{symbol{s.first}.base(), s.second}};
                            }),
                        map(rc::gen::pair(arbitrary<std::uint64_t>(), arbitrary<std::uint32_t>()),
                            [](const std::pair<std::uint64_t, std::uint32_t>& p) {
                              return term{pid{p.first, p.second}};
                            }),
                        rc::gen::just(term{nil}));
}

inline rc::Gen<term> any_term_of(const rc::Gen<term>& atom, int levels) {
  if (levels == 0) return atom;
  const rc::Gen<term> part = any_term_of(atom, levels - 1);
  const rc::Gen<std::vector<term>> parts =
      rc::gen::scale(0.3, rc::gen::container<std::vector<term>>(part));
  return rc::gen::weightedOneOf<term>(
      {{4, atom},
       {2, rc::gen::map(parts, [](const std::vector<term>& all) { return list_of(all); })},
       {1, rc::gen::map(rc::gen::pair(parts, atom),
                        [](const std::pair<std::vector<term>, term>& all) {
                          return list_of(all.first, all.second);
                        })},
       {1, rc::gen::map(parts, [](const std::vector<term>& all) { return vector(all); })},
       {2, rc::gen::map(rc::gen::pair(any_name(), parts),
                        [](const std::pair<std::string, std::vector<term>>& all) {
                          return record(symbol{all.first}, all.second);
                        })}});
}

inline rc::Gen<term> any_ground_term() { return any_term_of(any_ground_atom(), 4); }
inline rc::Gen<term> any_term() {
  return any_term_of(rc::gen::oneOf(any_ground_atom(), any_wildcard()), 4);
}

}  // namespace souk::testing

namespace souk {
/// How RapidCheck shows a counterexample.
inline void showValue(const term& t, std::ostream& out) {  // NOLINT: RapidCheck's name
  out << to_string(t);
}
}  // namespace souk
