"""The manners of every body: camelCase outside, snake_case inside."""

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel


class Body(BaseModel):
    """A JSON object of the contract."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)
