// Patterns (README section 3): matched, not unified. A wildcard in a value is matched only by what
// matches anything.
#include <algorithm>

#include "tools/scenario/evaluate.hpp"

namespace souk::tool {
namespace {

bool is_of_kind(const term& value, term_kinds wanted) {
  switch (wanted) {
    case term_kinds::any: return true;
    case term_kinds::sym: return value.is(kind::symbol);
    case term_kinds::integer: return value.is(kind::integer);
    case term_kinds::str: return value.is(kind::string);
    case term_kinds::bytes: return value.is(kind::bytes);
    case term_kinds::boolean: return value.is(kind::boolean);
    case term_kinds::exn: return value.is(kind::error);
    case term_kinds::ground: return value.is_ground();
    case term_kinds::wild: return value.is(kind::wildcard);
    case term_kinds::nonwild: break;
  }
  return !value.is(kind::wildcard);
}

struct is_atom {
  const term& value;

  bool operator()(bool b) const { return value.is(kind::boolean) && value.as_boolean() == b; }
  bool operator()(std::int64_t i) const {
    return value.is(kind::integer) && value.as_integer() == i;
  }
  bool operator()(const symbol_literal& s) const { return value == term{symbol{s.name}}; }
  bool operator()(const string_literal& s) const {
    return value.is(kind::string) && value.as_string() == s.text;
  }
  bool operator()(const bytes_literal& b) const {
    return value.is(kind::bytes) && value.as_bytes() == b.bytes;
  }
};

}  // namespace

bool matcher::match(const term_pattern& pattern, const term& value) {
  return std::visit([&](const auto& form) { return match_is(form, value); }, pattern.is);
}

bool matcher::match_is(const atom& literal, const term& value) const {
  return std::visit(is_atom{value}, literal);
}

bool matcher::match_is(const bind_pattern& pattern, const term& value) {
  if (!is_of_kind(value, pattern.kind)) return false;
  if (pattern.name.empty()) return true;
  const auto known = std::ranges::find(bound_, pattern.name, &named_terms::value_type::first);
  if (known != bound_.end()) return known->second == value;
  bound_.emplace_back(pattern.name, value);
  return true;
}

bool matcher::match_is(const equal_pattern& pattern, const term& value) const {
  return evaluate(pattern.value, names()) == value;
}

bool matcher::match_is(const exception_pattern& pattern, const term& value) const {
  return value.is(kind::error) && value.as_error() == pattern.message;
}

bool matcher::match_is(const list_pattern& pattern, const term& value) {
  const term* rest = &value;
  for (const auto& element : pattern.elements) {
    if (!rest->is(kind::pair) || !match(element, rest->head())) return false;
    rest = &rest->tail();
  }
  return rest->is(kind::nil);
}

bool matcher::match_is(const cons_pattern& pattern, const term& value) {
  return value.is(kind::pair) && match_parts(pattern.head_and_tail, value);
}

bool matcher::match_is(const vector_pattern& pattern, const term& value) {
  return value.is(kind::vector) && match_parts(pattern.elements, value);
}

bool matcher::match_is(const record_pattern& pattern, const term& value) {
  return value.is(kind::record) && value.label() == symbol{pattern.label} &&
         match_parts(pattern.fields, value);
}

bool matcher::match_parts(const pattern_list& patterns, const term& value) {
  const auto parts = value.parts();
  return std::ranges::equal(patterns, parts, [&](const term_pattern& pattern, const term& part) {
    return match(pattern, part);
  });
}

}  // namespace souk::tool
