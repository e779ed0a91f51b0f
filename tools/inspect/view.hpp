// What the inspector tells its pages and `souk top`, as JSON: docs/inspect.md has the fields.
#pragma once

#include <nlohmann/json.hpp>
#include <souk/reflection.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace souk::inspect {

using json = nlohmann::ordered_json;

/// So many processes, those that do most, and so many flows are told of.
inline constexpr std::size_t most_processes_shown = 500;
inline constexpr std::size_t most_flows_shown = 60;

/// `vm:number`, the VM in hexadecimal.
[[nodiscard]] std::string name_of(pid who);
[[nodiscard]] std::optional<pid> read_pid(std::string_view text);

/// `now`, with rates since `before`.
[[nodiscard]] json view_of(const snapshot& before, const snapshot& now);
/// One process with its endpoints and whom they meet; null: it is not there.
[[nodiscard]] json detail_of(const snapshot& now, pid who);
[[nodiscard]] std::string text_of(const json& value);

}  // namespace souk::inspect
