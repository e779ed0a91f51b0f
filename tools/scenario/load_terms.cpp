// Templates, patterns and guards (README section 3).
#include <algorithm>
#include <iterator>

#include "tools/scenario/load_parts.hpp"
#include "tools/scenario/quote.hpp"

namespace souk::tool {
namespace {

constexpr std::string_view template_forms =
    "a template (a symbol as a string, an integer, true or false, a list, or an object with one of "
    R"("str", "bytes", "cons", "vec", "rec", "?", "$", "+", "-", "append"))";
constexpr std::string_view pattern_forms =
    "a pattern (a symbol as a string, an integer, true or false, a list, or an object with one of "
    R"("str", "bytes", "cons", "vec", "rec", "_", "$", "=", "exn"))";
constexpr std::string_view guard_forms =
    R"(a guard (an object with one of "eq", "lt", "ground", "not", "and", "or"))";

/// The atom that this value is, if it is written without an object around it.
std::optional<atom> plain_atom(const node& value) {
  switch (value.kind) {
    case node::kinds::boolean: return atom{value.boolean};
    case node::kinds::integer: return atom{value.integer};
    case node::kinds::string: return atom{symbol_literal{value.text}};
    default: return std::nullopt;
  }
}

std::string load_hex(const cursor& at) {
  constexpr std::string_view expected = "bytes as lower-case hexadecimal digits, two for each";
  constexpr std::string_view digits = "0123456789abcdef";
  const std::string& text = at.text(expected);
  if (text.size() % 2 != 0) at.fail_expected(expected);
  std::string out;
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const auto high = digits.find(text[i]);
    const auto low = digits.find(text[i + 1]);
    if (high == std::string_view::npos || low == std::string_view::npos) at.fail_expected(expected);
    out.push_back(static_cast<char>(high * 16 + low));
  }
  return out;
}

/// The atom that `{"str": ...}` or `{"bytes": ...}` is. Pre: `form` is the object's only key.
std::optional<atom> object_atom(const cursor& at, std::string_view form) {
  if (form == "str") return atom{string_literal{at.item(0).text("a string")}};
  if (form == "bytes") return atom{bytes_literal{load_hex(at.item(0))}};
  return std::nullopt;
}

const std::string& load_record_label(const cursor& at) {
  constexpr std::string_view expected = R"(["label", field...], the label being a symbol)";
  at.expect_list(expected);
  if (at.size() == 0) at.fail_expected(expected);
  return at.item(0).text("the label of a record (a symbol as a string)");
}

void expect_two(const cursor& at, std::string_view expected) {
  at.expect_list(expected);
  if (at.size() != 2) at.fail_expected(expected);
}

const std::string& load_name_reference(const cursor& at) {
  const std::string& name = at.text("the name of a binding");
  if (name.empty()) at.fail_expected("the name of a binding");
  return name;
}

/// The one key of an object that stands for a term, pattern or guard. Pre: it is an object.
const std::string& only_key(const cursor& at, std::string_view forms) {
  if (at.size() != 1) at.fail_expected(forms);
  return at.key(0);
}

/// Applies `load` to the elements of a list, from the one at `first` on.
template <class Load>
auto load_each(const cursor& list, std::size_t first, Load load) {
  std::vector<decltype(load(list))> out;
  out.reserve(list.size() - first);
  for (std::size_t i = first; i < list.size(); ++i) out.push_back(load(list.item(i)));
  return out;
}

// ---- templates ----

template_list templates_from(const cursor& list, std::size_t first, name_use names) {
  return load_each(list, first, [names](const cursor& at) { return load_template(at, names); });
}

term_template load_object_template(const cursor& at, name_use names) {
  const std::string& form = only_key(at, template_forms);
  if (auto literal = object_atom(at, form)) return {at.where(), *std::move(literal)};
  const cursor inner = at.item(0);
  if (form == "cons") {
    expect_two(inner, "[head, tail]");
    return {at.where(), cons_template{templates_from(inner, 0, names)}};
  }
  if (form == "vec") {
    inner.expect_list("the list of a vector's elements");
    return {at.where(), vector_template{templates_from(inner, 0, names)}};
  }
  if (form == "rec") {
    const std::string& label = load_record_label(inner);
    return {at.where(), record_template{label, templates_from(inner, 1, names)}};
  }
  if (form == "?") {
    constexpr std::string_view expected =
        "the name of a wildcard (a string; \"_\" for a fresh one)";
    if (inner.text(expected).empty()) inner.fail_expected(expected);
    return {at.where(), wildcard_template{inner.value().text}};
  }
  if (form == "$") {
    if (names == name_use::forbidden) at.fail_expected("no name, since \"inject\" knows none");
    return {at.where(), name_template{load_name_reference(inner)}};
  }
  if (form == "+" || form == "-") {
    constexpr std::string_view expected = "a list of at least one integer template";
    inner.expect_list(expected);
    if (inner.size() == 0) inner.fail_expected(expected);
    return {at.where(), arithmetic_template{form == "+", templates_from(inner, 0, names)}};
  }
  if (form == "append") {
    expect_two(inner, "a list of two list templates");
    return {at.where(), append_template{templates_from(inner, 0, names)}};
  }
  at.fail_expected(template_forms);
}

// ---- patterns ----

pattern_list patterns_from(const cursor& list, std::size_t first) {
  return load_each(list, first, [](const cursor& at) { return load_pattern(at); });
}

term_kinds load_kind(const cursor& at) {
  using enum term_kinds;
  static constexpr std::pair<std::string_view, term_kinds> words[] = {
      {"sym", sym}, {"int", integer},   {"str", str},   {"bytes", bytes},    {"bool", boolean},
      {"exn", exn}, {"ground", ground}, {"wild", wild}, {"nonwild", nonwild}};
  return at.word("a kind of value", words);
}

/// `{"$": x}` or `{"_": 0}`, each also with `is`.
bind_pattern load_bind_pattern(const cursor& at) {
  const bool named = at.has("$");
  constexpr std::string_view required[] = {"$", "_"};
  constexpr std::string_view optional[] = {"is"};
  at.expect_keys("such a pattern", std::span{required}.subspan(named ? 0 : 1, 1), optional);
  bind_pattern out;
  if (named) {
    out.name = load_name_reference(at.member("$"));
  } else {
    const cursor mark = at.member("_");
    if (!mark.is(node::kinds::integer) || mark.value().integer != 0) mark.fail_expected("0");
  }
  if (at.has("is")) out.kind = load_kind(at.member("is"));
  return out;
}

term_pattern load_object_pattern(const cursor& at) {
  if (at.has("$") || at.has("_")) return {load_bind_pattern(at)};
  const std::string& form = only_key(at, pattern_forms);
  if (auto literal = object_atom(at, form)) return {*std::move(literal)};
  const cursor inner = at.item(0);
  if (form == "=") return {equal_pattern{load_template(inner)}};
  if (form == "exn") {
    return {exception_pattern{inner.text("the message of an exception (a string)")}};
  }
  if (form == "cons") {
    expect_two(inner, "[head, tail]");
    return {cons_pattern{patterns_from(inner, 0)}};
  }
  if (form == "vec") {
    inner.expect_list("the list of a vector's elements");
    return {vector_pattern{patterns_from(inner, 0)}};
  }
  if (form == "rec") {
    const std::string& label = load_record_label(inner);
    return {record_pattern{label, patterns_from(inner, 1)}};
  }
  at.fail_expected(pattern_forms);
}

guard_list load_guards(const cursor& at) {
  at.expect_list("a list of guards");
  return load_each(at, 0, [](const cursor& each) { return load_guard(each); });
}

}  // namespace

term_template load_template(const cursor& at, name_use names) {
  if (auto literal = plain_atom(at.value())) return {at.where(), *std::move(literal)};
  if (at.is(node::kinds::list)) return {at.where(), list_template{templates_from(at, 0, names)}};
  at.expect_object(template_forms);
  return load_object_template(at, names);
}

template_list load_templates(const cursor& at, name_use names) {
  at.expect_list("a list of templates");
  return templates_from(at, 0, names);
}

term_template load_template_or_false(const cursor& at, std::string_view key) {
  if (at.has(key)) return load_template(at.member(key));
  return {at.where(), atom{false}};
}

term_pattern load_pattern(const cursor& at) {
  if (auto literal = plain_atom(at.value())) return {*std::move(literal)};
  if (at.is(node::kinds::list)) return {list_pattern{patterns_from(at, 0)}};
  at.expect_object(pattern_forms);
  return load_object_pattern(at);
}

guard load_guard(const cursor& at) {
  at.expect_object(guard_forms);
  const std::string& form = only_key(at, guard_forms);
  const cursor inner = at.item(0);
  if (form == "eq" || form == "lt") {
    expect_two(inner, "a list of two templates");
    auto left = load_template(inner.item(0));
    auto right = load_template(inner.item(1));
    if (form == "eq") return {equal_guard{std::move(left), std::move(right)}};
    return {less_guard{std::move(left), std::move(right)}};
  }
  if (form == "ground") return {ground_guard{load_template(inner)}};
  if (form == "not") {
    guard_list one;
    one.push_back(load_guard(inner));
    return {not_guard{std::move(one)}};
  }
  if (form == "and") return {and_guard{load_guards(inner)}};
  if (form == "or") return {or_guard{load_guards(inner)}};
  at.fail_expected(guard_forms);
}

}  // namespace souk::tool
