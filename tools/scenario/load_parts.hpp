// The parts of the loader: each turns one kind of value into its AST, or throws load_error.
// Nesting is bounded by the document's depth limit, so plain recursion is safe here.
#pragma once

#include "tools/scenario/ast.hpp"
#include "tools/scenario/cursor.hpp"

namespace souk::tool {

/// Whether the templates may refer to names; the bodies of `inject` may not.
enum class name_use { allowed, forbidden };

[[nodiscard]] term_template load_template(const cursor& at, name_use names = name_use::allowed);
[[nodiscard]] template_list load_templates(const cursor& at, name_use names = name_use::allowed);
[[nodiscard]] term_pattern load_pattern(const cursor& at);
[[nodiscard]] guard load_guard(const cursor& at);

/// The template under an optional key, else the literal false.
[[nodiscard]] term_template load_template_or_false(const cursor& at, std::string_view key);

[[nodiscard]] orientations load_orientation(const cursor& at);
[[nodiscard]] interests load_interest(const cursor& at);

/// Where an action list stands: under `meta` only some actions have a meaning.
enum class levels { own, meta };

[[nodiscard]] shared_definition load_definition(const cursor& at);
[[nodiscard]] process_name load_name(const cursor& at);
[[nodiscard]] bindings load_bindings(const cursor& at);
[[nodiscard]] shared_rules load_endpoint_rules(const cursor& at);
[[nodiscard]] shared_rules load_continuation_rules(const cursor& at);
[[nodiscard]] action_list load_actions(const cursor& at, levels level = levels::own);
[[nodiscard]] action load_inject_action(const cursor& at);

}  // namespace souk::tool
