// Scenario files as programs: NAME.json in a folder, in the language that the conformance tests are
// written in (tests/conformance/README.md).
#pragma once

#include <souk/souk.hpp>
#include <souk/text.hpp>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "tools/scenario/document.hpp"
#include "tools/scenario/interpreter.hpp"
#include "tools/scenario/load.hpp"
#include "tools/scenario/recorder.hpp"

/// What a process of the program's own VM logs is printed: by actions of that process. What those
/// in VMs inside log is not.
class printing_audience final : public souk::tool::audience {
 public:
  using print = std::function<souk::actions(const std::string& text)>;

  explicit printing_audience(print to) : print_{std::move(to)} {}

  std::shared_ptr<souk::tool::process_record> start_process(souk::pid self, const std::string& name,
                                                            souk::tool::observations) override {
    std::uint64_t unknown = 0;
    // relaxed: the first process of the program is alone.
    own_vm_.compare_exchange_strong(unknown, self.vm, std::memory_order_relaxed);
    return std::make_shared<souk::tool::process_record>(
        souk::tool::process_record{.self = self, .label = name});
  }
  void start_vm(souk::pid, const std::string&) override {}
  souk::actions log(souk::tool::process_record& p, const souk::term& value) override {
    if (p.self.vm != own_vm_.load(std::memory_order_relaxed)) return {};  // relaxed: as above
    return print_(p.label + ": " + to_string(value));
  }
  void fail(const std::string& why) override { throw std::runtime_error{why}; }
  std::string label_of(souk::pid who) const override { return to_string(souk::term{who}); }

 private:
  const print print_;
  std::atomic<std::uint64_t> own_vm_{0};
};

/// The programs in a folder.
class scenario_programs {
 public:
  explicit scenario_programs(std::filesystem::path folder) : folder_{std::move(folder)} {}

  /// Their names, in order.
  [[nodiscard]] std::vector<std::string> names() const {
    std::vector<std::string> all;
    std::error_code none;
    for (const auto& file : std::filesystem::directory_iterator{folder_, none}) {
      if (file.path().extension() == ".json") all.push_back(file.path().stem());
    }
    std::ranges::sort(all);
    return all;
  }
  /// Throws souk::tool::load_error, which says what is wrong with the file.
  [[nodiscard]] std::shared_ptr<const souk::tool::scenario> load(const std::string& name) const {
    auto program = souk::tool::load_scenario(folder_ / (name + ".json"));
    if (!program.inject.empty())
      throw souk::tool::load_error{name + ": waits for messages from outside (`inject`)"};
    return std::make_shared<const souk::tool::scenario>(std::move(program));
  }

 private:
  std::filesystem::path folder_;
};
