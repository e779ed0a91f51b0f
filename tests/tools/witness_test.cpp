// When two runs are the same to those who were in them.
#include "tools/check/witness.hpp"

#include <gtest/gtest.h>

namespace souk::tool {
namespace {

using namespace literals;

constexpr pid one{root_vm, 1};

void start(witness& w) { w.on_start(one, term{}); }
void end(witness& w, ending how) { w.on_end(one, term{}, how, {"killed"_sym}); }
void hear(witness& w) {
  w.on_event(one, "e"_sym, event::message(orientation::publisher, "hello"_sym));
}

TEST(Witness, TellsOfAnEndThatIsInOneRunOnly) {
  witness left;
  witness right;
  start(left);
  start(right);
  end(left, ending::quit);
  EXPECT_EQ(compare(left, right).divergences, 1U);
}

TEST(Witness, LeavesItOpenWhetherAnIdleProcessIsKilledOrCollected_GC1) {
  witness left;
  witness right;
  start(left);
  start(right);
  end(left, ending::quit);
  end(right, ending::collected);
  EXPECT_EQ(compare(left, right).divergences, 0U);
  EXPECT_EQ(compare(right, left).divergences, 0U);
}

TEST(Witness, TellsOfWhatOneHeardThatTheOtherCollected) {
  witness left;
  witness right;
  start(left);
  start(right);
  hear(left);
  end(left, ending::quit);
  end(right, ending::collected);
  EXPECT_EQ(compare(left, right).divergences, 1U);
}

}  // namespace
}  // namespace souk::tool
