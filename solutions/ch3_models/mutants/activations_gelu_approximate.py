"""gelu is the approximation with tanh, which is off by up to 0.0005.

fails: activations
hint: The formula of the task has erf in it. The one with 0.044715 is a stand-in from times when erf was slow.
"""


def gelu(x):
    return x * (1 + tanh((2 / np.pi) ** 0.5 * (x + 0.044715 * x**3))) / 2
