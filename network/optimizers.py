"""How a gradient becomes a change of the parameters."""

import numpy as np

from network.functions import Floats


class SGD:
    """Stochastic gradient descent with momentum and weight decay.

    v = momentum * v - learning_rate * (dW + weight_decay * W);  W = W + v

    Biases are not decayed. Without momentum it is W = W - learning_rate * dW.

    Parameters
    ----------
    parameters
        {"W1": array, "b1": array, ...}: changed in place.
    """

    def __init__(
        self, parameters: dict[str, Floats], momentum: float = 0.0, weight_decay: float = 0.0
    ) -> None:
        self.parameters = parameters
        self.momentum = momentum
        self.weight_decay = weight_decay
        self.velocity = (
            {name: np.zeros_like(array) for name, array in parameters.items()} if momentum else {}
        )

    def update(self, name: str, gradient: Floats, learning_rate: float) -> None:
        """Change one parameter array; `gradient` has its shape and may be overwritten."""
        parameter = self.parameters[name]
        if self.weight_decay and name.startswith("W"):
            gradient += parameter * parameter.dtype.type(self.weight_decay)
        gradient *= parameter.dtype.type(-learning_rate)
        if self.momentum:
            velocity = self.velocity[name]
            velocity *= parameter.dtype.type(self.momentum)
            velocity += gradient
            parameter += velocity
        else:
            parameter += gradient
