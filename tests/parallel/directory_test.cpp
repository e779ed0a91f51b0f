// What a VM keeps of processes that it has had (vm/parallel/directory.hpp).
#include "vm/parallel/directory.hpp"

#include "vm/parallel/process.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <vector>

namespace souk::parallel {
namespace {

TEST(Directory, FindsWhoWasSetAndNotForgotten) {
  directory all;
  process one{pid{root_vm, 0}, {}, 0};
  for (const std::uint32_t number : {0U, 7U, 8U, 511U, 512U, 1023U, 1024U, 1'000'000U}) {
    EXPECT_EQ(all.find(number), nullptr);
    all.set(number, one);
    EXPECT_EQ(all.find(number), &one) << number;
    (void)all.forget(number);
    EXPECT_EQ(all.find(number), nullptr);
  }
}

TEST(Directory, LetsAPieceGoWithItsLastProcess) {
  directory all;
  process one{pid{root_vm, 0}, {}, 0};
  constexpr std::uint32_t many = 512 * 20;
  for (std::uint32_t number = 0; number < many; ++number) all.set(number, one);
  std::uint32_t pieces = 0;
  for (std::uint32_t number = 0; number < many; number += 2) EXPECT_EQ(all.forget(number), nullptr);
  for (std::uint32_t number = 1; number < many; number += 2) {
    if (all.forget(number) != nullptr) ++pieces;
    EXPECT_EQ(all.find(number), nullptr);
    if (number + 2 < many) {
      EXPECT_EQ(all.find(number + 2), &one);
    }
  }
  EXPECT_EQ(pieces, 19U);  // the first numbers are not in pieces
}

}  // namespace
}  // namespace souk::parallel
