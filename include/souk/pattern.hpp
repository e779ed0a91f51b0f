// Patterns: what two topics have in common.
//
// A pattern is a term with wildcards. The variables of two terms are always distinct, whatever
// their names; a variable that occurs twice in one term stands for the same value in both places
// (TOP-5).
// Threads: any. Source of the rules: unify.rkt of the original; that it always ends is souk's
// (D-2).
#pragma once

#include <souk/export.hpp>
#include <souk/term.hpp>

#include <optional>

namespace souk {

/// The most general term that is an instance of both, its wildcards numbered canonically (TOP-4);
/// nothing if there is none. Terms whose intersection would be infinite (D-2) or nested deeper than
/// max_term_depth have none; neither have those whose intersection is the boolean false (TOP-6).
[[nodiscard]] SOUK_EXPORT std::optional<term> intersection(const term& left, const term& right);

/// Whether a body reaches a topic: the two unify, and not to the boolean false (TOP-6, TOP-7).
[[nodiscard]] SOUK_EXPORT bool matches(const term& body, const term& topic);

/// The same term with its wildcards numbered from 0 in the order of their first occurrence, left to
/// right, depth first (TOP-4).
[[nodiscard]] SOUK_EXPORT term canonical(const term& pattern);

/// Whether `specific` is an instance of `general`, where any wildcard is an instance of any other:
/// which variables are repeated is not compared (UPD-3).
[[nodiscard]] SOUK_EXPORT bool is_instance(const term& specific, const term& general);

/// Whether a value is an instance of a pattern, each wildcard of the pattern standing for equal
/// values where it is repeated: what the endpoint language means by matching.
[[nodiscard]] SOUK_EXPORT bool fits(const term& value, const term& pattern);

}  // namespace souk
