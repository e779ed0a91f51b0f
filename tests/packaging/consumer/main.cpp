// The smallest user of an installed souk.
#include <iostream>
#include <souk/version.hpp>

int main() { std::cout << "souk " << souk::version() << '\n'; }
