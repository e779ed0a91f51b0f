// souk top: what goes on in a program that was started with --inspect.
#include <sys/ioctl.h>
#include <unistd.h>

#include <iostream>
#include <memory>
#include <optional>
#include <string>

#include "tools/commands/command.hpp"
#include "tools/top/client.hpp"
#include "tools/top/table.hpp"

namespace souk::tool {
namespace {

struct settings {
  std::string url;
  bool once = false;
  bool as_json = false;
  std::string victim{};
  std::string reason = "killed";
};

/// The terminal; nothing if it is none.
std::optional<screen> terminal() {
  winsize size{};
  if (isatty(STDOUT_FILENO) == 0 || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0)
    return std::nullopt;
  constexpr unsigned head = 5;
  return screen{.columns = size.ws_col, .lines = size.ws_row > head + 1U ? size.ws_row - head : 1U};
}

void show(const nlohmann::ordered_json& view, const settings& chosen) {
  if (chosen.as_json) {
    std::cout << view.dump() << std::endl;
  } else if (const auto on = terminal(); on && !chosen.once) {
    constexpr const char* home_and_clear = "\x1b[H\x1b[J";
    std::cout << home_and_clear << top_table(view, *on) << std::flush;
  } else {
    std::cout << top_table(view, {}) << (chosen.once ? "" : "\n") << std::flush;
  }
}

int run_top(const settings& chosen) {
  const inspector_client from{chosen.url};
  if (!chosen.victim.empty()) {
    if (from.kill(chosen.victim, chosen.reason)) return success;
    std::cerr << "souk top: there is no process " << chosen.victim << std::endl;
    return bad_news;
  }
  if (chosen.once) {
    show(from.view(), chosen);
    return success;
  }
  from.views([&](const nlohmann::ordered_json& view) {
    show(view, chosen);
    return static_cast<bool>(std::cout);
  });
  return success;
}

}  // namespace

void add_top_command(CLI::App& app, chosen_command& chosen) {
  auto* command = app.add_subcommand(
      "top", "Show what goes on in a program that was started with --inspect PORT");
  auto s = std::make_shared<settings>();
  command->add_option("URL", s->url, "What the program printed")->required()->type_name("");
  command->add_flag("--once", s->once, "Show it once (it takes a second, to see rates)");
  command->add_flag("--json", s->as_json, "Print JSON, a line for each view (docs/inspect.md)");
  auto* const kill = command->add_subcommand("kill", "End a process");
  kill->add_option("PID", s->victim, "As it is shown, VM:NUMBER")->required()->type_name("");
  kill->add_option("--reason", s->reason, "What its peers hear")->type_name("WORD");
  command->callback([s, &chosen] { chosen = [s] { return run_top(*s); }; });
}

}  // namespace souk::tool
